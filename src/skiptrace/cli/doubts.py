"""``skiptrace doubts``: calls that may have been charged without an answer, and databases that were set back."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Calls that may have been charged: list them, settle them.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.callback()
def _group() -> None:
    """Calls that may have been charged: list them, settle them."""


@app.command("list")
def show(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Calls in doubt, oldest first. They are never repeated, and their price stays reserved under every cap."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.doubts_run import show as run

    asyncio.run(run(read_settings(context), as_json=as_json))


@app.command("settle")
def settle(
    context: typer.Context,
    *,
    call: Annotated[list[str], typer.Argument(metavar="CALL...", help="Call ids.")],
    charged: Annotated[
        bool, typer.Option("--charged/--not-charged", help="What the vendor's bill says.", show_default=False)
    ],
    reference: Annotated[str, typer.Option(help="The line or number of the bill, for the audit trail.")] = "",
) -> None:
    """Settle calls by the vendor's bill: booked at their price, or released, so that they may be asked again."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.doubts_run import settle as run

    wanted = list(dict.fromkeys(call))
    late = asyncio.run(run(read_settings(context), wanted, charged=charged, reference=reference))
    typer.echo(f"{len(wanted) - len(late)} calls are {'booked' if charged else 'released'}.")
    if late:
        typer.echo(f"Somebody was quicker with {', '.join(late)}: look again, skiptrace doubts list.", err=True)
        raise typer.Exit(1)


@app.command("restored")
def restored(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Take over a database that a backup was put back into: what may have been bought since is held, not repeated."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.doubts_run import take_over

    asyncio.run(take_over(read_settings(context), as_json=as_json))
