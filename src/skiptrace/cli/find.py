"""``skiptrace find``: which cases are of this account, number or name."""

from __future__ import annotations

from typing import Annotated

import typer


def find(
    context: typer.Context,
    *,
    account: Annotated[str, typer.Option(help="Account id.")] = "",
    phone: Annotated[str, typer.Option(help="A number that came with it; - reads it from standard input.")] = "",
    name: Annotated[str, typer.Option(help="FIRST LAST as they came with it; - reads it from standard input.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Find cases by account id, number or name, newest first. Other users can read a command line: prefer -."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.find_run import print_found

    asyncio.run(print_found(read_settings(context), account, phone, name, as_json=as_json))
