"""Runs the command line with somebody who collects its spans: ``python watched.py FILE ARGUMENTS…``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry import trace


class KeptSpan(trace.NonRecordingSpan):
    """Writes down whatever it is told."""

    def __init__(self, file: Path) -> None:
        super().__init__(trace.INVALID_SPAN_CONTEXT)
        self._file = file

    def keep(self, *what: object) -> None:
        with self._file.open("a") as file:
            file.write(f"{what!r}\n")

    def set_attribute(self, key: str, value: Any) -> None:
        self.keep(key, value)

    def add_event(self, name: str, *more: Any, **named: Any) -> None:
        self.keep(name, more, named)

    def set_status(self, *more: Any, **named: Any) -> None:
        self.keep(more, named)

    def record_exception(self, exception: BaseException, *more: Any, **named: Any) -> None:
        self.keep(exception, str(exception), more, named)


class KeptSpans(trace.TracerProvider, trace.Tracer):
    def __init__(self, file: Path) -> None:
        self._file = file

    def get_tracer(self, *_: Any, **__: Any) -> trace.Tracer:
        return self

    def start_span(self, name: str, *more: Any, **named: Any) -> KeptSpan:
        span = KeptSpan(self._file)
        span.keep(name, more, named)
        return span

    @contextmanager
    def start_as_current_span(  # type: ignore[override]
        self, name: str, *more: Any, record_exception: bool = True, **named: Any
    ) -> Iterator[KeptSpan]:
        span = self.start_span(name, *more, **named)
        try:
            yield span
        except BaseException as error:
            if record_exception:
                span.record_exception(error)
            raise


if __name__ == "__main__":
    trace.set_tracer_provider(KeptSpans(Path(sys.argv.pop(1))))
    from skiptrace.cli.main import run

    run()
