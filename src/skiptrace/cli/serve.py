"""``skiptrace serve``: the HTTP door."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="Interface to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8700,
) -> None:
    """Serve the HTTP API until SIGTERM. Put a proxy with TLS in front of it; make keys with skiptrace keys create."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.web.hosting import serve as serve_until_told

    settings = read_settings(context)
    asyncio.run(serve_until_told(settings, host, port, lambda url: typer.echo(f"Serving {url}/v1", err=True)))
