"""``skiptrace quarantine``: the cases that are not done again until somebody has looked at them."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Cases that too many workers died with: look at them, let them in again.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Cases that too many workers died with: look at them, let them in again."""


@app.command("list")
def show(
    context: typer.Context,
    *,
    at_most: Annotated[int, typer.Option(min=1, max=10_000, help="So many cases.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Quarantined cases, those accepted first on top, with the reason of each."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.quarantine_run import show as run

    asyncio.run(run(read_settings(context), at_most, as_json=as_json))


@app.command("readmit")
def readmit(
    context: typer.Context,
    *,
    case: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="Case ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All cases in quarantine.")] = False,
) -> None:
    """Queue cases again with no deaths. What was bought for them is used and not bought again."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.quarantine_run import readmit as run

    if bool(case) is every:
        raise typer.BadParameter("name cases, or say --all", param_hint="CASE")
    readmitted = asyncio.run(run(read_settings(context), case or []))
    typer.echo(f"{readmitted:,} cases are queued again.")
