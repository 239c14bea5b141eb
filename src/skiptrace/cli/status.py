"""``skiptrace status``: how queue, workers, providers and money stand."""

from __future__ import annotations

from typing import Annotated

import typer


def status(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Lanes, workers, providers, spend, doubts, quarantine and deliveries, read from the database and from Redis."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.status_run import print_status

    asyncio.run(print_status(read_settings(context), as_json=as_json))
