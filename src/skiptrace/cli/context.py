"""What all commands share: settings, logging, ids."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from skiptrace.settings import Settings


@dataclass(frozen=True, slots=True)
class Common:
    """The options before the command's name."""

    config: Path | None = None
    home: Path | None = None
    verbose: bool = False


def read_settings(context: typer.Context, **overrides: Any) -> Settings:
    """Settings from the environment and the file, with what the command line overrules. Raises ConfigError."""
    from skiptrace.cli.acting import acts
    from skiptrace.settings import Settings

    common = context.obj if isinstance(context.obj, Common) else Common()
    settings = Settings.read(os.environ, common.config, home=common.home, **overrides)
    set_up_logging(settings.log, verbose=common.verbose)
    acts(settings, context.command_path.partition(" ")[2])
    return settings


def set_up_logging(log: str = "off", *, verbose: bool) -> None:
    """Structured lines on standard error when wanted, silence otherwise. No line holds a person, only ids."""
    import logging

    from skiptrace.telemetry import logs

    logs.set_up(level=logging.INFO if verbose or log != "off" else logging.CRITICAL, as_json=log == "json")
