"""``skiptrace keys``: API keys and whom they stand for."""

from __future__ import annotations

from typing import Annotated

import typer

from skiptrace.access import Action, Role

app = typer.Typer(no_args_is_help=True, help="API keys: make, list, revoke.", rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command("create")
def create(
    context: typer.Context,
    principal: Annotated[str, typer.Argument(metavar="PRINCIPAL", help="Whom the key stands for: a platform, a user.")],
    *,
    role: Annotated[Role, typer.Option(help="What they may do; see docs/access.md.", case_sensitive=False)],
    team: Annotated[str, typer.Option(help="Team of a collector or supervisor.")] = "",
    grant: Annotated[list[Action], typer.Option(help="An action that the role needs a grant for.")] = [],  # noqa: B006
    scope: Annotated[list[Action], typer.Option(help="The only actions of this key; all of the role's without.")] = [],  # noqa: B006
    days: Annotated[int, typer.Option(min=0, max=3650, help="Days until the key expires; 0 for never.")] = 365,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown once and stored as a hash; the principal is made or changed to this role and team."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import Wanted, create_key

    wanted = Wanted(principal, role, team, frozenset(grant), frozenset(scope), days)
    create_key(read_settings(context), wanted, as_json=as_json)


@app.command("list")
def show(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the keys of the tenant: ids, principals, expiry; never the keys themselves."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import list_keys

    list_keys(read_settings(context), as_json=as_json)


@app.command("revoke")
def revoke(context: typer.Context, key_id: Annotated[str, typer.Argument(metavar="KEY_ID")]) -> None:
    """Revoke a key. Every server refuses it from its next request on."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.keys_run import revoke_key

    revoke_key(read_settings(context), key_id)
