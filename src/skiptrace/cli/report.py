"""``skiptrace report``: something happened to an account that bears on its next trace."""

from __future__ import annotations

from typing import Annotated

import typer


def report(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's number.")],
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="returned_mail, disconnected, wrong_party, new_placement or broken_promise."
        ),
    ],
    *,
    by: Annotated[str, typer.Option(help="Who reports it.")],
    report_id: Annotated[str, typer.Option("--id", help="Your own id; the same id is recorded once.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was recorded as JSON.")] = False,
) -> None:
    """Report what happened to an account; with a schedule its next trace is planned anew."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.output import print_json
    from skiptrace.cli.report_run import report_happening

    new = asyncio.run(report_happening(read_settings(context), account, what, by, report_id))
    if as_json:
        print_json({"account_id": account, "what": what, "new": new})
    else:
        typer.echo("Recorded." if new else "This id was recorded before.")
