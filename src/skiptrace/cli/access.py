"""``skiptrace access``: assignments, principals, alerts."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Who may see which account, and who looked.", rich_markup_mode=None)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The platform's account id.")]
Somebody = Annotated[str, typer.Argument(metavar="PRINCIPAL", help="As named in skiptrace keys create.")]


@app.command("assign")
def assign(context: typer.Context, account: Account, principal: Somebody) -> None:
    """Assign an account: the principal sees its cases, those to come included."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import assign_account

    assign_account(read_settings(context), account, principal)


@app.command("unassign")
def unassign(context: typer.Context, account: Account, principal: Somebody) -> None:
    """Take an assignment back."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import unassign_account

    unassign_account(read_settings(context), account, principal)


@app.command("disable")
def disable(context: typer.Context, principal: Somebody) -> None:
    """Stop all keys of a principal at once. keys create brings the principal back."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import disable as stop

    stop(read_settings(context), principal)


@app.command("approvals")
def approvals(
    context: typer.Context,
    *,
    by: Annotated[str, typer.Option(help="Who would sign; the requester of the settings if absent.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """What waits for one's signature: who asks for what, on which account, why and since when."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import list_approvals

    list_approvals(read_settings(context), by, as_json=as_json)


@app.command("approve")
def approve(
    context: typer.Context,
    approval: Annotated[str, typer.Argument(metavar="APPROVAL", help="The id that was asked for.")],
    *,
    by: Annotated[str, typer.Option(help="Who signs; the requester of the settings if absent.")] = "",
) -> None:
    """Sign somebody else's request, once. One's own request nobody can sign."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import approve as sign

    sign(read_settings(context), approval, by)


@app.command("alerts")
def alerts(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False
) -> None:
    """Alerts on access, newest first: snooping, limits, broken glass."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import list_alerts

    list_alerts(read_settings(context), as_json=as_json)
