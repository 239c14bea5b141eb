"""``skiptrace outbox``: what was told to which sink, and what still has to be."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Write results back: deliver events to the sinks, and see to those that fail.")

Sink = Annotated[str, typer.Argument(metavar="SINK", help="Name of the sink in the settings.")]
Events = Annotated[list[str] | None, typer.Argument(metavar="[EVENT]...", help="Event ids; all open ones if absent.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.callback()
def _group() -> None:
    """Write results back: deliver events to the sinks, and see to those that fail."""


@app.command("run")
def run(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Deliver what is due and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Deliver events until stopped, or what is due with --once."""
    import asyncio

    from skiptrace.cli import outbox_run
    from skiptrace.cli.context import read_settings

    asyncio.run(outbox_run.deliver(read_settings(context), once=once, as_json=as_json))


@app.command("list")
def show(
    context: typer.Context,
    *,
    sink: Annotated[str, typer.Argument(metavar="[SINK]", help="Name of the sink; all if absent.")] = "",
    delivered: Annotated[bool, typer.Option("--delivered", help="Show what was delivered or dropped.")] = False,
    at_most: Annotated[int, typer.Option(min=1, max=10_000, help="So many events.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the sinks, and the events that wait or have failed."""
    import asyncio

    from skiptrace.cli import outbox_run
    from skiptrace.cli.context import read_settings

    asyncio.run(outbox_run.show(read_settings(context), sink, at_most, delivered=delivered, as_json=as_json))


@app.command("redrive")
def redrive(context: typer.Context, sink: Sink, event: Events = None) -> None:
    """Tell a sink again, now: the events named, or all that wait or have failed."""
    import asyncio

    from skiptrace.cli import outbox_run
    from skiptrace.cli.context import read_settings

    moved = asyncio.run(outbox_run.redrive(read_settings(context), sink, event or []))
    typer.echo(f"{moved} events will be told to {sink} again.")


@app.command("drop")
def drop(
    context: typer.Context,
    sink: Sink,
    event: Annotated[list[str], typer.Argument(metavar="EVENT...", help="Event ids.")],
) -> None:
    """Give events up, so that the later events of their cases go on."""
    import asyncio

    from skiptrace.cli import outbox_run
    from skiptrace.cli.context import read_settings

    moved = asyncio.run(outbox_run.drop(read_settings(context), sink, event))
    typer.echo(f"{moved} events will not be told to {sink}.")


@app.command("enable")
def enable(context: typer.Context, sink: Sink) -> None:
    """Serve a disabled sink again."""
    import asyncio

    from skiptrace.cli import outbox_run
    from skiptrace.cli.context import read_settings

    asyncio.run(outbox_run.enable(read_settings(context), sink))
    typer.echo(f"{sink} is served again.")
