"""``skiptrace third-party``: people beside the consumer who turned up, and leave to ask one of them once."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="People beside the consumer that a trace turned up: list them, get leave to ask one of them once.",
    no_args_is_help=True,
)

Trace = Annotated[str, typer.Argument(metavar="TRACE", help="Id of the trace, or an account id with --account.")]
Account = Annotated[bool, typer.Option("--account", help="TRACE is an account id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("list")
def list_(context: typer.Context, trace: Trace, *, account: Account = False, as_json: AsJson = False) -> None:
    """Who turned up and in what relation, without their numbers."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.third_party_run import print_list

    asyncio.run(print_list(read_settings(context), trace, by_account=account, as_json=as_json))


@app.command("ask")
def ask(
    context: typer.Context,
    trace: Trace,
    rank: Annotated[int, typer.Argument(metavar="RANK", min=1, help="Which one, as the list numbers them.")],
    *,
    by: Annotated[str, typer.Option(help="Who is going to ask.")],
    account: Account = False,
    as_json: AsJson = False,
) -> None:
    """Leave to ask this person once where the consumer is (15 USC 1692b). Shown once; exit code 3 when refused.

    A second time somebody releases it first: skiptrace reviews release TRACE --rule B-03 --third-party RANK.
    """
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.third_party_run import ask

    settings = read_settings(context)
    raise typer.Exit(asyncio.run(ask(settings, trace, rank, by, by_account=account, as_json=as_json)))
