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
    from skiptrace.settings import Settings

    common = context.obj if isinstance(context.obj, Common) else Common()
    set_up_logging(verbose=common.verbose)
    return Settings.read(os.environ, common.config, home=common.home, **overrides)


def set_up_logging(*, verbose: bool) -> None:
    """Structured lines on standard error when wanted, silence otherwise. No line holds a person, only ids."""
    import logging
    import sys

    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
