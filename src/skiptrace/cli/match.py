"""``skiptrace match``: candidate records against subjects, in bulk."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from skiptrace.errors import BadInput


def match(
    subjects: Annotated[Path, typer.Argument(help="CSV or Parquet file of subjects, one row per account.")],
    records: Annotated[Path, typer.Argument(help="CSV or Parquet file of candidate records, by account.")],
    *,
    out: Annotated[Path, typer.Option(help="File to write, CSV or Parquet by its ending.")],
    explain: Annotated[bool, typer.Option("--explain", help="Add the reasons, feature by feature, in bits.")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to judge as of, if no column says so.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PROFILE", help="Dates of a source are prompt, steady, usual or refreshed."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option("--parameters", help="Parameter file, such as `refit` writes; else the shipped one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Score every record against the subject of its account.

    Writes account_id, rec_id, p_same, p_address, p_phone and party. Nobody is asked and nothing is stored.
    """
    from skiptrace.cli.output import print_json
    from skiptrace.cli.progress import bar
    from skiptrace.matching.bulk import match_files
    from skiptrace.matching.weights import read_parameters, shipped_parameters, with_sources

    day = as_of.date() if as_of else None
    chosen = read_parameters(weights.read_bytes()) if weights else shipped_parameters()
    profiles = dict(_pair(text) for text in source or ())
    with bar("Scoring", None, quiet=as_json) as shown:
        done = match_files(
            subjects,
            records,
            out,
            explain=explain,
            as_of=day,
            progress=shown.at,
            parameters=with_sources(chosen, profiles),
        )
    if as_json:
        unread = [asdict(one) for one in done.unread]
        print_json({"subjects": done.subjects, "records": done.records, "unread": unread, "out": str(out)})
    else:
        typer.echo(f"{done.records:,} records of {done.subjects:,} subjects scored: {out}")
        for one in done.unread:
            what = f"{one.table}: {one.rows:,} of {one.column} cannot be read and count as not stated"
            typer.echo(f"{what}, the first in {one.first}", err=True)


def _pair(text: str) -> tuple[str, str]:
    name, equals, profile = text.partition("=")
    if not (name and equals and profile):
        raise BadInput("--source", "is written NAME=PROFILE")
    return name, profile
