"""``skiptrace history``: what a platform reports of consumers after placement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="What is reported of consumers: calls, consents, refusals, facts about the account.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("record")
def record(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One JSON object per line, one event each.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Record events. A file may be sent again: an event id is recorded once. Wrong lines are named, the others kept."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.history_run import record

    raise typer.Exit(asyncio.run(record(read_settings(context), file, as_json=as_json)))


@app.command("show")
def show(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Account id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """What was reported of an account's consumer, on this and their other accounts, oldest first."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.history_run import show

    asyncio.run(show(read_settings(context), account, as_json=as_json))
