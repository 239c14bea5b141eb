"""``skiptrace segments``: what the schedule makes of a file, before anything is spent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def segments(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Placement file: CSV, JSONL or Parquet.", show_default=False)],
    *,
    schedule: Annotated[str, typer.Option(help="Schedule file, or `default`; the one of the settings if absent.")] = "",
    column_map: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="The column that holds a field.")
    ] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A value that holds for every row.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Show how the accounts of FILE segment, which are due when, and what that may cost at most. Nobody is asked."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.segments_run import show

    settings = read_settings(context, schedule=schedule or None)
    show(settings, file, tuple(column_map or ()), tuple(constants or ()), as_json=as_json)
