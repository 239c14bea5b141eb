"""``skiptrace retract``: take back what was told, everywhere it was told."""

from __future__ import annotations

from typing import Annotated

import typer


def retract(
    context: typer.Context,
    *,
    contact: Annotated[str, typer.Option(metavar="TRACE.N", help="A contact whose value is bad.")] = "",
    because: Annotated[
        str, typer.Option(help="For a contact: wrong_party, disconnected or returned_mail.")
    ] = "wrong_party",
    call: Annotated[str, typer.Option(metavar="ID", help="A call whose answer is recalled.")] = "",
    source: Annotated[str, typer.Option(metavar="NAME", help="A provider or upstream source that is recalled.")] = "",
    by: Annotated[str, typer.Option(help="Who takes it back.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Judge stored traces again without a contact, a call or a source, and tell every sink. Nothing is bought."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.output import print_json
    from skiptrace.cli.retract_run import take_back

    settings = read_settings(context)
    revised = asyncio.run(take_back(settings, contact=contact, because=because, call=call, source=source, by=by))
    if as_json:
        print_json(revised)
    else:
        retracted = sum(int(found["retracted"]) for found in revised)
        typer.echo(f"{len(revised)} traces were judged again, {retracted} contacts are taken back.")
