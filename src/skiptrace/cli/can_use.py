"""``skiptrace can-use``: may this contact be used on this channel, now or at another time?"""

from __future__ import annotations

from typing import Annotated

import typer


def can_use(
    context: typer.Context,
    trace: Annotated[str, typer.Argument(metavar="TRACE", help="Id of the trace, or an account id with --account.")],
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Rank or id of the contact.")],
    channel: Annotated[
        str,
        typer.Argument(metavar="CHANNEL", help="voice_manual, voice_auto, voice_prerecorded, sms, email or mail."),
    ],
    *,
    account: Annotated[bool, typer.Option("--account", help="TRACE is an account id.")] = False,
    at: Annotated[str, typer.Option(help="A time with its zone, 2026-11-02T10:30-05:00; else now.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Whether a contact may be used, why or why not, and when in the coming week. Exit code 3 when it may not."""
    import asyncio

    from skiptrace.cli.can_use_run import answer
    from skiptrace.cli.context import read_settings

    settings = read_settings(context)
    raise typer.Exit(asyncio.run(answer(settings, trace, contact, channel, at, by_account=account, as_json=as_json)))
