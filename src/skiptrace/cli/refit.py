"""``skiptrace refit``: what outcomes teach about sources, as a new parameter file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skiptrace.errors import BadInput


def refit(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder with accounts, candidates and outcomes; else what `skiptrace outcome` recorded."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Parameter file to write; it must not exist.")],
    version: Annotated[str, typer.Option(help="Name of the new parameters; traces keep it.")],
    start: Annotated[Path | None, typer.Option(help="Parameter file to start from; else the shipped one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Learn from what happened when contacts were used how far each source is to be trusted.

    Writes a parameter file and compares it with the one at hand: each half of the accounts is foretold by what the
    other half taught. Nothing changes until the setting `parameters` names the file.
    """
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.output import console, print_json
    from skiptrace.cli.refit_run import recorded
    from skiptrace.evaluation.labelled import read_used
    from skiptrace.evaluation.refitting import crosswise
    from skiptrace.evaluation.refitting import refit as learn
    from skiptrace.evaluation.versions import as_table, provenance
    from skiptrace.matching.weights import as_file, read_parameters, shipped_parameters
    from skiptrace.reporting.files import new_file

    if out.exists():
        raise BadInput("--out", f"{out} exists; versions are kept side by side, so name a new file")
    before = read_parameters(start.read_bytes()) if start else shipped_parameters()
    used = read_used(folder) if folder else asyncio.run(recorded(read_settings(context)))
    if not len(used):
        raise BadInput("outcomes", "there is none yet of an address or phone that a record carries")
    learnt = learn(before, used, version)
    old, new = crosswise(before, used)
    with new_file(out) as stream:
        stream.write(as_file(learnt, provenance(before, learnt, used)))
    if as_json:
        print_json({"out": str(out), "version": version, "from": before.version, "before": old, "after": new})
    else:
        console().print(as_table(old, new))
        typer.echo(f"{out}: version {version}, from {before.version}. The setting `parameters` puts it to use.")
