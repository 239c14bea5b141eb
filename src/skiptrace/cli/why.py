"""``skiptrace why``: the reasons and the provenance of what a trace found."""

from __future__ import annotations

from typing import Annotated

import typer


def why(
    context: typer.Context,
    trace: Annotated[str, typer.Argument(metavar="TRACE", help="Id of a trace; with --account, an account id.")],
    contact: Annotated[str, typer.Argument(metavar="[CONTACT]", help="Rank or id of one contact.")] = "",
    account: Annotated[bool, typer.Option("--account", help="TRACE is an account id: take its newest trace.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Explain a trace: for each contact the evidence in bits from the prior on, and the chain to the vendor's bytes."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.why_run import explain

    settings = read_settings(context)
    asyncio.run(explain(settings, trace, contact, by_account=account, as_json=as_json))
