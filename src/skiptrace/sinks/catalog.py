"""Kinds of sinks by name: ours, and those of installed packages (entry-point group ``skiptrace.sinks``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

from skiptrace.errors import ConfigError
from skiptrace.ports import Sink
from skiptrace.sinks.base import SinkSetup
from skiptrace.sinks.files import FileSink
from skiptrace.sinks.table import SqlSink
from skiptrace.sinks.webhook import Webhook

GROUP = "skiptrace.sinks"

Build = Callable[[SinkSetup], Sink]

BUILT_IN: Mapping[str, Build] = MappingProxyType({"file": FileSink, "sql": SqlSink, "webhook": Webhook})


def open_sink(kind: str, setup: SinkSetup) -> Sink:
    """Raises ConfigError that names the sink and what is missing."""
    build = BUILT_IN.get(kind) or _installed(kind)
    if build is None:
        known = sorted({*BUILT_IN, *entry_points(group=GROUP).names})
        raise ConfigError(f"sinks.{setup.name}.kind: there is no kind {kind!r}; installed are {', '.join(known)}")
    return build(setup)


def _installed(kind: str) -> Build | None:
    found = entry_points(group=GROUP, name=kind)
    return next(iter(found)).load() if found else None
