"""``skiptrace audit``: is the trail whole, and what does it say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The audit trail: verify it, export it, compare it with an invoice.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("verify")
def verify(
    context: typer.Context,
    bundle: Annotated[
        Path | None, typer.Argument(metavar="[BUNDLE]", help="Folder of an export; without it the database is checked.")
    ] = None,
    public_key: Annotated[str, typer.Option(help="What `audit key` printed where the bundle was made (hex).")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Check the whole trail against its seals and signed checkpoints, or an export against its signature.

    A bundle needs neither database nor key file.
    """
    import asyncio

    from skiptrace.cli.audit_run import verify_bundle, verify_database
    from skiptrace.cli.context import read_settings

    if bundle is not None:
        verify_bundle(bundle, public_key, as_json=as_json)
    else:
        asyncio.run(verify_database(read_settings(context), as_json=as_json))


@app.command("key")
def key(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Print the public key that checkpoints and exports are signed with. It may be given to anybody."""
    import asyncio

    from skiptrace.cli.audit_run import print_key
    from skiptrace.cli.context import read_settings

    asyncio.run(print_key(read_settings(context), as_json=as_json))


@app.command("rotate-key")
def rotate_key(context: typer.Context) -> None:
    """Verify the trail, then sign checkpoints and exports, and seal rows, with new keys.

    Workers and servers may go on meanwhile. After an interruption run it again: it goes on with the keys it had made.
    """
    import asyncio

    from skiptrace.cli.audit_run import rotate_key as run
    from skiptrace.cli.context import read_settings

    asyncio.run(run(read_settings(context)))


@app.command("export")
def export(
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(help="Empty folder to write to.")],
    case: Annotated[str, typer.Option(help="Id of a case: everything about it.")] = "",
    provider: Annotated[str, typer.Option(help="Id of a provider: its calls, beside its invoice.")] = "",
    since: Annotated[str, typer.Option("--from", help="First day (YYYY-MM-DD, UTC).")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day (YYYY-MM-DD, UTC).")] = "",
    invoice: Annotated[
        Path | None, typer.Option(help="The vendor's invoice: CSV with date, product, amount, reference.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a signed bundle: one case for an examiner, or one provider's calls beside its invoice."""
    import asyncio

    from skiptrace.cli.audit_run import export_case, export_provider
    from skiptrace.cli.context import read_settings
    from skiptrace.errors import BadInput

    settings = read_settings(context)
    if bool(case) == bool(provider):
        raise BadInput("export", "takes either --case or --provider")
    if case:
        asyncio.run(export_case(settings, case, out, as_json=as_json))
    else:
        asyncio.run(export_provider(settings, provider, (since, until), invoice, out, as_json=as_json))
