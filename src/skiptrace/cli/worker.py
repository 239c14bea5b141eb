"""``skiptrace worker``: take jobs from the queue and trace them."""

from __future__ import annotations

from typing import Annotated

import typer


def worker(
    context: typer.Context,
    *,
    slots: Annotated[int | None, typer.Option(min=1, help="Traces under way at once.", show_default=False)] = None,
    suspects: Annotated[
        bool, typer.Option("--suspects", help="Only jobs that workers died with, one at a time; end when none is left.")
    ] = False,
) -> None:
    """Trace queued cases until SIGTERM, which lets the calls under way finish. Start as many as you like."""
    from skiptrace.cli.context import Common, read_settings
    from skiptrace.cli.worker_run import run

    common = context.obj if isinstance(context.obj, Common) else Common()
    settings = read_settings(context)
    if slots is not None:
        settings = settings.model_copy(update={"worker": settings.worker.model_copy(update={"slots": slots})})
    arguments = [
        *(("--config", str(common.config)) if common.config else ()),
        *(("--home", str(common.home)) if common.home else ()),
        *(("--verbose",) if common.verbose else ()),
    ]
    run(settings, suspects=suspects, arguments=arguments)
