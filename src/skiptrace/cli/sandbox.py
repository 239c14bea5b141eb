"""``skiptrace sandbox``: a simulated bureau to try things out on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sandbox(
    *,
    host: Annotated[str, typer.Option(help="Interface to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8800,
    people: Annotated[int, typer.Option(min=50, max=12_000, help="Size of the invented world.")] = 3_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 1,
    accounts: Annotated[Path | None, typer.Option(help="Write a placement file of 200 sample accounts here.")] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="Write the token of the truth and the bill here, readable by you only.")
    ] = None,
) -> None:
    """Serve a simulated bureau over HTTP: invented people, the vendors' own wire formats, known truth, no charge."""
    from skiptrace.sandbox import grow_world, sample_accounts, serve, write_accounts

    world = grow_world(seed, people)
    if accounts:
        write_accounts(accounts, sample_accounts(world))
    typer.echo(f"{len(world.people):,} invented people at http://{host}:{port}; stop with Ctrl-C.", err=True)
    typer.echo(f"Ask it: skiptrace batch run FILE --sandbox http://{host}:{port} ...", err=True)
    serve(world, host, port, token_file=token_file)
