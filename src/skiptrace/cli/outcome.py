"""``skiptrace outcome``: what happened when a contact was used."""

from __future__ import annotations

from typing import Annotated

import typer


def outcome(
    context: typer.Context,
    trace: Annotated[str, typer.Argument(metavar="TRACE", help="Id of the trace that found the contact.")],
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Rank or id of the contact.")],
    kind: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="right_party, wrong_party, disconnected, no_answer, returned_mail or delivered.",
        ),
    ],
    *,
    by: Annotated[str, typer.Option(help="Who reports it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what was recorded as JSON.")] = False,
) -> None:
    """Record what happened when a contact was used."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.outcome_run import record_outcome
    from skiptrace.cli.output import print_json

    recorded = asyncio.run(record_outcome(read_settings(context), trace, contact, kind, by))
    if as_json:
        print_json(recorded)
    else:
        typer.echo(f"Recorded {recorded['kind']} for contact {recorded['contact_id']}.")
