"""``skiptrace evaluate``: how good scores are, against known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    truth: Annotated[Path, typer.Argument(help="Folder with accounts, candidates and truth, CSV or Parquet each.")],
    scores: Annotated[Path, typer.Argument(help="What `skiptrace match` wrote, CSV or Parquet.")],
    *,
    page: Annotated[Path | None, typer.Option(help="HTML file to write, with the plots.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scorecard as JSON.")] = False,
) -> None:
    """Precision and recall, calibration, top contacts; by source and by how common the surname is."""
    from skiptrace.cli.output import console
    from skiptrace.evaluation import evaluate as measure
    from skiptrace.evaluation import report
    from skiptrace.reporting.files import new_file

    card = measure(truth, scores)
    if page is not None:
        with new_file(page) as stream:
            stream.write(report.as_page(card).encode())
    if as_json:
        typer.echo(card.as_json().decode())
        return
    console().print(report.as_text(card))
    if page is not None:
        typer.echo(f"Plots: {page}")
