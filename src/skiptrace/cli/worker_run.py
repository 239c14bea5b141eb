"""Behind ``skiptrace worker``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import typer
import uvloop

from skiptrace.settings import Settings
from skiptrace.worker import serve


def run(settings: Settings, *, suspects: bool, arguments: Sequence[str]) -> None:
    """Work until told to end. Raises ConfigError or StoreError when it cannot begin."""

    def told(line: str) -> None:
        typer.echo(line, err=True)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, told, suspects=suspects, arguments=arguments))
