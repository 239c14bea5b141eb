"""``skiptrace rules``: read the rules, and see what a change would do before it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The compliance rules: list, show, and rehearse a change on stored cases.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("list")
def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Every rule with its citation, how well it is established, and who may override it."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.rules_text import print_list

    print_list(read_settings(context), as_json=as_json)


@app.command("show")
def show(
    context: typer.Context, rule: Annotated[str, typer.Argument(help="Id, such as X-03.")], *, as_json: AsJson = False
) -> None:
    """Everything that one rule states: what triggers it, what it then does, its thresholds."""
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.rules_text import print_one

    print_one(read_settings(context), rule, as_json=as_json)


@app.command("override")
def override(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="Id, such as X-08.")],
    *,
    account: Annotated[str, typer.Option(help="The one account.")],
    reason: Annotated[str, typer.Option(help="A code, no text about a person.")],
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The last day, at most 30 days from today.")],
    document: Annotated[str, typer.Option(help="Id of the order or memorandum; counsel's rules need one.")] = "",
    by: Annotated[str, typer.Option(help="Who answers for it; the requester of the settings if absent.")] = "",
    as_json: AsJson = False,
) -> None:
    """Answer for going past one rule on one account. The audit trail keeps it; a batch never uses it."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.rules_run import Answer, override

    answer = Answer(rule, account, reason, until, document, by)
    asyncio.run(override(read_settings(context), answer, as_json=as_json))


@app.command("rehearse")
def rehearse(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with the changed rule files.")],
    *,
    last: Annotated[int, typer.Option(min=1, help="Judge so many of the newest traces again.")] = 200,
    reference: Annotated[
        Path | None, typer.Option(help="The reference file that the traces were made with.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What changed rules would do to stored cases. Nothing is asked, paid or changed."""
    import asyncio

    from skiptrace.cli.context import read_settings
    from skiptrace.cli.rules_run import rehearse

    asyncio.run(rehearse(read_settings(context, reference_file=reference), folder, last, as_json=as_json))
