"""`etl`: finds the command, and turns every end into an exit code and a clear word."""

from __future__ import annotations

import gc
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from etl import __version__
from etl.errors import EtlError, MappingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

_GARBAGE = 50_000  # objects between two searches for cycles: a run makes millions, in none

# command -> module, and its line in the help: nothing is imported for `etl --help`
COMMANDS = {
    "run": ("run", "Bring the target to the state that the source says."),
    "check": ("check", "Find all that is wrong before anything is written."),
    "retry": ("retry", "Run the rejected rows again, from the corrected rejects file."),
    "describe": ("describe", "Show what the target knows: entities, fields, attributes."),
    "runs": ("history", "List the runs so far."),
    "report": ("history", "Show one run's report."),
    "state": ("state", "Show, export or forget what earlier runs confirmed."),
    "sandbox": ("sandbox", "Serve an AtroCore of your own on this machine."),
}


class Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a user's way, not of the alphabet."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"etl.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="etl")
def etl() -> None:
    """Brings tables (CSV, Excel) into AtroCore/AtroPIM, and loses nothing.

    A mapping in YAML says which records the rows make; `etl run` brings them in and answers for
    every row. Start with `etl run mappings/catalog.yaml --sandbox`.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and exits with the code that the interface promises."""
    gc.set_threshold(_GARBAGE, 20, 100)
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = etl.main(args=words, prog_name="etl", standalone_mode=False)
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.Abort:
        code = _failed(words, "stopped", 130)
    except click.ClickException as error:
        hint = f" (see `etl {words[0]} --help`)" if words and words[0] in COMMANDS else ""
        code = _failed(words, f"{error.format_message()}{hint}", error.exit_code)
    except EtlError as error:
        code = _failed(words, str(error), error.exit_code, _problems(error))
    except BrokenPipeError:
        sys.stderr.close()
        code = 1
    except Exception as error:  # noqa: BLE001 - the last place before the user
        code = _unexpected(words, error)
    sys.exit(code if isinstance(code, int) else 0)


def wants_json(words: Sequence[str]) -> bool:
    """True if the words ask for `--output json`: then also a failure is one JSON object."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return any(
        word == "--output=json" or (word in {"--output", "-o"} and value == "json")
        for word, value in pairs
    )


def _problems(error: EtlError) -> list[dict[str, Any]]:
    from etl.cli.output import problem_json  # noqa: PLC0415 - only on the way out

    return (
        [problem_json(problem) for problem in error.problems]
        if isinstance(error, MappingError)
        else []
    )


def _failed(
    words: Sequence[str], message: str, code: int, problems: Sequence[dict[str, Any]] = ()
) -> int:
    if wants_json(words):
        found = {"status": "failed", "exit_code": code, "error": message}
        if problems:
            found["problems"] = list(problems)
        click.echo(json.dumps(found, ensure_ascii=False))
    click.echo(f"etl: {message}" if "\n" not in message else message, err=True)
    return code


def _unexpected(words: Sequence[str], error: Exception) -> int:
    if "-vv" in words:
        import traceback  # noqa: PLC0415 - asked for

        traceback.print_exception(error)
    message = f"unexpected {type(error).__name__}: {error} (this is a defect; -vv shows where)"
    return _failed(words, message, 1)
