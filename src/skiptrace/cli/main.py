"""Entry point ``skiptrace``. Commands import what they need when they run, so that ``--help`` is quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from skiptrace.cli import (
    access,
    audit,
    batch,
    can_use,
    demo,
    doubts,
    evaluate,
    find,
    history,
    keys,
    lookup,
    match,
    outbox,
    outcome,
    privacy,
    providers,
    quarantine,
    refit,
    retract,
    reviews,
    rules,
    sandbox,
    segments,
    serve,
    status,
    third_party,
    why,
    worker,
)
from skiptrace.cli.context import Common
from skiptrace.cli.failures import exit_code, plain_line

app = typer.Typer(
    name="skiptrace",
    help="Finds where an unreachable debtor can be reached today, lawfully, and can prove where every value came from.",
    epilog="Exit codes: 0 done, 1 failed, 2 bad usage, 3 refused by a rule.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"skiptrace {version('skiptrace')}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Settings file (TOML); SKIPTRACE_... variables overrule it.", show_default=False)
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of the embedded database, the key file and the indexes.", show_default=False),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log to standard error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the options that all commands share."""
    context.obj = Common(config, home, verbose)


app.command("demo")(demo.demo)
app.command("lookup")(lookup.lookup)
app.add_typer(batch.app, name="batch")
app.command("why")(why.why)
app.command("can-use")(can_use.can_use)
app.command("find")(find.find)
app.add_typer(history.app, name="history")
app.add_typer(third_party.app, name="third-party")
app.command("serve")(serve.serve)
app.command("status")(status.status)
app.add_typer(keys.app, name="keys")
app.add_typer(access.app, name="access")
app.add_typer(audit.app, name="audit")
app.add_typer(privacy.app, name="privacy")
app.command("match")(match.match)
app.command("evaluate")(evaluate.evaluate)
app.command("refit")(refit.refit)
app.command("outcome")(outcome.outcome)
app.add_typer(outbox.app, name="outbox")
app.add_typer(doubts.app, name="doubts")
app.add_typer(quarantine.app, name="quarantine")
app.command("retract")(retract.retract)
app.command("segments")(segments.segments)
app.add_typer(providers.app, name="providers")
app.add_typer(rules.app, name="rules")
app.add_typer(reviews.app, name="reviews")
app.command("sandbox")(sandbox.sandbox)
app.command("worker")(worker.worker)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors are one plain line each. Always raises SystemExit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given, prog_name="skiptrace")
    except KeyboardInterrupt:
        sys.exit(1)
    except Exception as error:
        if "--verbose" in given or "-v" in given:
            raise
        typer.echo(plain_line(error), err=True)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    run()
