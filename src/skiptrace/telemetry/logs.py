"""Structured logs: one line an event, fields from a list, nothing that could be a person or forge a line."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FIELDS = frozenset(
    {
        "attempt", "batch_id", "call_id", "case_id", "error", "event", "event_id", "fault", "job_id", "jobs", "lane",
        "level", "limit", "of", "outcome", "product", "provider", "reason", "seconds", "sink", "state", "status",
        "timestamp", "trace_id", "trouble", "where", "worker_id",
    }
)  # fmt: skip
"""Fields that a line may have. Another one is left out and named in ``left_out``, so that its author notices."""

LONGEST = 300
"""Characters of a field; a longer value is cut."""


def set_up(*, level: int, as_json: bool, stream: Callable[[], TextIO] = lambda: sys.stderr) -> None:
    """Send events of ``level`` and above to standard error, as JSON or as ``key=value`` for people.

    Both forms escape line breaks, terminal sequences and marks of writing direction: no value can forge a line.
    """
    last: Processor = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    if as_json:
        last = structlog.processors.JSONRenderer(sort_keys=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream()),
    )
    logging.getLogger("arq").setLevel(logging.CRITICAL)  # it logs the arguments of jobs


def only_allowed(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Keep the fields of the list, with values that are numbers, truths or short text; of anything else the type."""
    kept: EventDict = {name: _short(value) for name, value in line.items() if name in FIELDS}
    if left_out := sorted(line.keys() - FIELDS):
        kept["left_out"] = _short(" ".join(left_out))
    return kept


def _short(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else type(value).__name__
    return text[:LONGEST]
