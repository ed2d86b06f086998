"""`etl sandbox`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("sandbox")
@click.option(
    "--api",
    type=click.Choice(["v1"]),
    default="v1",
    show_default=True,
    help="The server's generation.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 finds a free one."
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep everything in this folder; without, it is gone with the server.",
)
@click.option(
    "--seed",
    type=click.Choice(["catalog", "empty"]),
    default="catalog",
    show_default=True,
    help="catalog: a small catalog model to begin with; empty: a fresh install.",
)
@click.option(
    "--faults",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file that orders faults: 429, 500, slow, cut.",
)
def sandbox_command(api: str, port: int, data: Path | None, seed: str, faults: Path | None) -> None:
    """Serve an AtroCore of your own on this machine.

    It behaves like the real server, traps included, and listens on loopback only. When it is
    ready, one line of JSON on stdout says where: {"url": …, "username": …, "password": …}.
    """
    from etl.sandbox import serve  # noqa: PLC0415 - only this command serves

    del api
    serve(port=port, data=data, seed=seed, faults=faults)
