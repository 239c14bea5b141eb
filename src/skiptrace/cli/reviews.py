"""``skiptrace reviews``: what rules hold for a person to look at."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="What rules hold for a person to look at: list it, release it, reject it; retire evidence.",
    no_args_is_help=True,
)

Trace = Annotated[str, typer.Argument(metavar="TRACE", help="Id of the trace, or an account id with --account.")]
Account = Annotated[bool, typer.Option("--account", help="TRACE is an account id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Rules = Annotated[list[str], typer.Option("--rule", help="Id of the rule that holds; may be repeated.")]
Contact = Annotated[str, typer.Option(help="Rank or id of a contact; the account itself if absent.")]
ThirdParty = Annotated[
    int, typer.Option(min=0, help="Rank in skiptrace third-party list: a second contact, for rule B-03.")
]
Reason = Annotated[str, typer.Option(help="A code, no text about a person; for B-03 one of the rule's own.")]
By = Annotated[str, typer.Option(help="Who has looked; the requester of the settings if absent.")]


@app.command("list")
def list_(
    context: typer.Context,
    trace: Annotated[str, typer.Argument(metavar="[TRACE]", help="One trace; the newest ones if absent.")] = "",
    *,
    account: Account = False,
    rule: Annotated[str, typer.Option(help="Only what this rule holds.")] = "",
    as_json: AsJson = False,
) -> None:
    """What waits for a person, without numbers and addresses."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.reviews_run import print_waiting

    asyncio.run(print_waiting(read_settings(context), trace, rule, by_account=account, as_json=as_json))


@app.command("release")
def release(
    context: typer.Context,
    trace: Trace,
    *,
    rule: Rules,
    reason: Reason,
    contact: Contact = "",
    third_party: ThirdParty = 0,
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The last day; 30 days from today if absent.")] = "",
    document: Annotated[str, typer.Option(help="Id of the order or memorandum; counsel's rules need one.")] = "",
    by: By = "",
    account: Account = False,
) -> None:
    """Somebody has looked: what these rules hold may be searched or used. Exit code 3 when the role may not."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.reviews_run import Said, say

    said = Said(tuple(rule), reason, contact, third_party, until, document, by, released=True)
    asyncio.run(say(read_settings(context), trace, said, by_account=account))


@app.command("reject")
def reject(
    context: typer.Context,
    trace: Trace,
    *,
    rule: Rules,
    reason: Reason,
    contact: Contact = "",
    third_party: ThirdParty = 0,
    by: By = "",
    account: Account = False,
) -> None:
    """Somebody has looked: it stays closed until a newer word."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.reviews_run import Said, say

    said = Said(tuple(rule), reason, contact, third_party, "", "", by, released=False)
    asyncio.run(say(read_settings(context), trace, said, by_account=account))


@app.command("retire")
def retire(
    context: typer.Context,
    trace: Trace,
    *,
    contact: Annotated[str, typer.Option(help="Rank or id of the address or number that misleads.")],
    reason: Annotated[str, typer.Option(help="A code, no text about a person.")],
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The last day; 30 days from today if absent.")] = "",
    by: By = "",
    account: Account = False,
) -> None:
    """An address, or a number's area code, is no sign of where the consumer is: judge again without it."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.reviews_run import Said, retire_evidence

    said = Said((), reason, contact, 0, until, "", by, released=False)
    asyncio.run(retire_evidence(read_settings(context), trace, said, by_account=account))
