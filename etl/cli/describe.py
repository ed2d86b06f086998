"""`etl describe`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.app import describe
from etl.cli.flags import output_flags, target_flags
from etl.cli.flow import begin, request_of
from etl.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.app import Description
    from etl.model.schema import EntitySchema, Property


@click.command("describe")
@click.argument("entity", required=False)
@target_flags
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write all entities, fields and attributes to a JSON file, for use without the target.",
)
@output_flags
def describe_command(entity: str | None, save: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click's own
    """Show what the target knows: its entities, or one entity's fields and attributes.

    Marks: * required, ! unique, - read only. Options are the texts that a field takes; a list or
    a measure is named by its id.
    """
    begin(flags)
    with request_of(flags) as request:
        found = describe(request, [entity] if entity else [], everything=save is not None)
    if save is not None:
        text = json.dumps(_json(found), ensure_ascii=False, indent=1)
        save.write_text(text, encoding="utf-8")
    if flags["output"] == "json":
        print_json({"status": "done", "exit_code": 0, "error": None, **_json(found)})
    elif entity:
        click.echo(_entity_text(next(one for one in found.schemas if one.name == entity)))
    else:
        click.echo("\n".join([f"{found.target}:", *(f"  {name}" for name in found.entities)]))


def _json(found: Description) -> dict[str, Any]:
    return {
        "target": found.target,
        "entities": list(found.entities),
        "schemas": {schema.name: asdict(schema) for schema in found.schemas},
    }


def _entity_text(schema: EntitySchema) -> str:
    unique = ", ".join(" + ".join(names) for names in schema.unique)
    lines = [schema.name, f"  found by: {unique or 'nothing: the program keeps its own ids'}"]
    lines += ["fields:", *_table(schema.fields.values())]
    if schema.attributes:
        lines += ["attributes:", *_table(schema.attributes.values())]
    return "\n".join(lines)


def _table(properties: Iterable[Property]) -> list[str]:
    rows = [(_marked(one), one.type or str(one.kind), _details(one)) for one in properties]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
    return [
        f"  {name:<{widths[0]}}  {kind:<{widths[1]}}  {details}".rstrip()
        for name, kind, details in sorted(rows)
    ]


def _marked(one: Property) -> str:
    marks = "*" * one.required + "!" * one.unique + "-" * one.read_only
    return f"{one.name}{marks}"


def _details(one: Property) -> str:
    told = [
        one.entity and f"-> {one.entity}",
        one.choices and f"one of: {', '.join(one.choices)}",
        one.option_list and f"list {one.option_list}",
        one.measure and f"measure {one.measure}",
        one.length and f"up to {one.length} {'bytes' if one.length_in_bytes else 'characters'}",
        one.minimum is not None and f"from {one.minimum:g}",
        one.maximum is not None and f"to {one.maximum:g}",
        one.pattern and f"pattern {one.pattern}",
        len(one.languages) > 1 and f"languages {', '.join(one.languages)}",
        one.channel and f"channel {one.channel}",
        one.label and one.label != one.name and f"({one.label})",
    ]
    return "; ".join(text for text in told if text)
