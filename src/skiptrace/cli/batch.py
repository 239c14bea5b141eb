"""``skiptrace batch``: many accounts from a placement file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Trace many accounts from a CSV, JSONL or Parquet file.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Trace many accounts from a CSV, JSONL or Parquet file."""


@app.command("run")
def run(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(help="Placement file: CSV, JSONL or Parquet.", show_default=False)],
    purpose: Annotated[str, typer.Option(help="Permissible purpose: `collection`, or codes such as GLBA_ENFORCE.")],
    certified_by: Annotated[str, typer.Option(help="The person who certifies that purpose for every row.")],
    out: Annotated[Path, typer.Option(help="Folder for results.*, rejects.csv, warnings.csv and report.html.")],
    reference: Annotated[
        Path | None, typer.Option(help="Reference file (CSV or Parquet) to search first, at no price.")
    ] = None,
    sandbox: Annotated[str, typer.Option(help="Address of a simulated bureau to ask instead of the vendors.")] = "",
    budget: Annotated[
        float | None, typer.Option(min=0, help="Most that the whole run may spend, in US dollars.")
    ] = None,
    case_budget: Annotated[float | None, typer.Option(min=0, help="Most that one account may cost.")] = None,
    strategy: Annotated[Path | None, typer.Option(help="Waterfall file; the shipped one if absent.")] = None,
    column_map: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="The column that holds a field.")
    ] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A value that holds for every row.")
    ] = None,
    map_file: Annotated[Path | None, typer.Option(help="TOML file with the tables [columns] and [constants].")] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of a CSV file, if it is not UTF-8.")] = "",
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Accounts under way at once.")] = 16,
    fleet: Annotated[
        bool, typer.Option("--fleet", help="Queue the accounts for the workers (skiptrace worker) and wait for them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file and price the run; ask nobody.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before money is spent.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Trace every account of FILE and write the results to a folder.

    Ctrl-C lets the accounts under way finish; the same command goes on with the rest. Accounts that an earlier run
    of the same command finished are not asked about again.
    """
    from skiptrace.cli.batch_run import BatchCommand

    command = BatchCommand(
        file=file,
        purpose=purpose,
        certified_by=certified_by,
        out=out,
        overrides={
            "reference_file": reference,
            "sandbox_url": sandbox or None,
            "run_cap": budget,
            "case_budget": case_budget,
            "strategy": strategy,
        },
        column_map=tuple(column_map or ()),
        constants=tuple(constants or ()),
        map_file=map_file,
        encoding=encoding,
        concurrency=concurrency,
        fleet=fleet,
        confirmed=yes,
        as_json=as_json,
    )
    raise typer.Exit(command.price(context) if dry_run else command.run(context))
