"""OpenTelemetry spans where its API is installed (extra ``otel``) and somebody has set up an exporter; else nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def _tracer() -> Any:
    if find_spec("opentelemetry") is None:
        return None
    return import_module("opentelemetry.trace").get_tracer("skiptrace")


_TRACER = _tracer()


@contextmanager
def span(name: str, **attributes: str) -> Iterator[None]:
    """A span with names of ours as attributes. An error shows by its type: messages and arguments stay out."""
    if _TRACER is None:
        yield
        return
    quiet = {"record_exception": False, "set_status_on_exception": False}
    with _TRACER.start_as_current_span(name, attributes=attributes, **quiet) as current:
        try:
            yield
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            raise
