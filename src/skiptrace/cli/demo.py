"""``skiptrace demo``: the whole thing on invented people, without settings and services."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    out: Annotated[Path, typer.Option(help="Folder for the sample accounts, the results and the report.")] = Path(
        "skiptrace-demo"
    ),
    accounts: Annotated[int, typer.Option(min=1, max=2000, help="How many sample accounts to trace.")] = 200,
    people: Annotated[int, typer.Option(min=50, max=12_000, help="Size of the invented world.")] = 3_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Start the simulated bureau, trace sample accounts over HTTP, score the result against the truth, write a report.

    Nobody in it exists and nothing is charged.
    """
    from skiptrace.cli.demo_run import Demo

    raise typer.Exit(Demo(out, accounts, people, seed, as_json).run())
