"""``skiptrace providers``: which vendors and files there are, and what is missing to ask them."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="The vendors and files that can be asked: list, show, check, pause.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("list")
def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """All installed providers with their products and prices."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.providers_text import print_list

    print_list(read_settings(context), as_json=as_json)


@app.command("show")
def show(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="Id of the provider.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Everything that one provider's manifest states."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.providers_text import print_one

    print_one(read_settings(context), provider, as_json=as_json)


@app.command("check")
def check(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Whether the settings suffice to ask each provider. Nothing is sent, so nothing is charged."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.providers_text import print_check

    raise typer.Exit(print_check(read_settings(context), as_json=as_json))


@app.command("pause")
def pause(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="Id of the provider.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail and whoever looks next.")],
) -> None:
    """Ask a provider nothing more, in every worker, until it is resumed."""
    import asyncio

    from skiptrace.cli import status_run
    from skiptrace.cli.context import read_settings

    asyncio.run(status_run.pause(read_settings(context), provider, reason))


@app.command("resume")
def resume(context: typer.Context, provider: Annotated[str, typer.Argument(help="Id of the provider.")]) -> None:
    """Ask a paused provider again."""
    import asyncio

    from skiptrace.cli import status_run
    from skiptrace.cli.context import read_settings

    asyncio.run(status_run.resume(read_settings(context), provider))
