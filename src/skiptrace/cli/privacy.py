"""``skiptrace privacy``: erase, hold, dispose, rotate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Erasure, legal holds, retention, key rotation; what is held on whom.", no_args_is_help=True)

AccountId = Annotated[str, typer.Option("--account", help="Id of the account.")]
By = Annotated[str, typer.Option("--by", help="Who decides this; the requester of the settings if absent.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


Code = Annotated[str, typer.Option("--reason", help="Code or file number; no name.")]


@app.command("ask-erasure")
def ask_erasure(
    context: typer.Context, *, account: AccountId, reason: Code, by: By = "", as_json: AsJson = False
) -> None:
    """Ask for a second person's signature under an erasure; skiptrace access approve gives it."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import ask_erasure

    asyncio.run(ask_erasure(read_settings(context), account, reason, by, as_json=as_json))


@app.command("erase")
def erase(
    context: typer.Context,
    *,
    account: AccountId,
    reason: Code,
    approval: Annotated[str, typer.Option(help="What ask-erasure printed, signed by a second person.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Destroy the keys of all cases of an account. Nobody can undo this, from no backup."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import erase_account

    asyncio.run(erase_account(read_settings(context), account, reason, approval, by, as_json=as_json))


@app.command("hold")
def hold(
    context: typer.Context,
    *,
    account: AccountId,
    reason: Annotated[str, typer.Option(help="Matter or file number; it is stored encrypted.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Place a legal hold: nothing of the account is erased or disposed of until it is released."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import hold_account

    asyncio.run(hold_account(read_settings(context), account, reason, by, as_json=as_json))


@app.command("release")
def release(context: typer.Context, *, account: AccountId, by: By = "") -> None:
    """Release the legal hold on an account."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import release_account

    asyncio.run(release_account(read_settings(context), account, by))


@app.command("holds")
def holds(context: typer.Context, *, as_json: AsJson = False) -> None:
    """The legal holds that stand."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import list_holds

    asyncio.run(list_holds(read_settings(context), as_json=as_json))


@app.command("retain")
def retain(
    context: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what is due.")] = False,
    as_json: AsJson = False,
) -> None:
    """Dispose of what was kept long enough, by the retention file. For a daily timer; it may be stopped at any time."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import retain as run

    asyncio.run(run(read_settings(context), dry_run=dry_run, as_json=as_json))


@app.command("rotate")
def rotate(
    context: typer.Context,
    *,
    retire: Annotated[
        bool, typer.Option("--retire", help="Make no new key; take the old ones off the ring when nothing needs them.")
    ] = False,
) -> None:
    """Add a key to the key file and wrap every case's keys with it. Workers and servers may go on meanwhile.

    After an interruption run it again: it goes on with the key that it had made.
    """
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import rotate_keys

    asyncio.run(rotate_keys(read_settings(context), retire=retire))


@app.command("seal-key-file")
def seal_key_file(
    context: typer.Context,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Write it in clear again, to go on without a service.")] = False,
) -> None:
    """Seal the key file with the key service of the settings, or anew with its newest key. Stop workers before."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.privacy_run import seal_key_file as run

    asyncio.run(run(read_settings(context), undo=undo))


@app.command("disclose")
def disclose(
    context: typer.Context,
    *,
    account: AccountId,
    reason: Annotated[str, typer.Option(help="Number of the consumer's request; no name.")],
    out: Annotated[Path, typer.Option(help="Empty folder to write to.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write all that is held on the consumer, each part with its law; what is exempt is named and left out."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.disclosing_run import disclose_to_consumer

    asyncio.run(disclose_to_consumer(read_settings(context), account, reason, out, by, as_json=as_json))


@app.command("affected")
def affected(
    context: typer.Context,
    *,
    since: Annotated[str, typer.Option("--from", help="First day (YYYY-MM-DD, UTC).")],
    until: Annotated[str, typer.Option("--to", help="Last day (YYYY-MM-DD, UTC).")],
    provider: Annotated[str, typer.Option(help="Only who was asked about at this provider in that time.")] = "",
    source: Annotated[str, typer.Option(help="Only whose contacts rest on this upstream source.")] = "",
    out: Annotated[Path | None, typer.Option(help="New CSV file for counsel: who, where, what was held.")] = None,
    as_json: AsJson = False,
) -> None:
    """Whom a data incident concerns: consumers, accounts, states, and whether the FTC is to be notified."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.days import whole_days
    from skiptrace.cli.disclosing_run import print_affected
    from skiptrace.stores.consumers import Incident

    incident = Incident(*whole_days(since, until), provider, source)
    asyncio.run(print_affected(read_settings(context), incident, out, as_json=as_json))
