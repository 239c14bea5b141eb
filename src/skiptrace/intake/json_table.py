"""JSON lines: one object per account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from skiptrace.errors import BadInput
from skiptrace.intake.cell import cell_text
from skiptrace.intake.table import MAX_LINE, Row

_MAX_COLUMNS = 1000


class JsonTable:
    """A file with one JSON object per line. Its columns are all keys that occur in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        keys: dict[str, None] = {}
        for _, found in self._objects():
            if isinstance(found, dict):
                keys.update(dict.fromkeys(found))
            if len(keys) > _MAX_COLUMNS:
                raise BadInput(path.name, f"has more than {_MAX_COLUMNS} different keys; are they values?")
        self.header = tuple(keys)

    def rows(self) -> Iterator[Row]:
        for number, found in self._objects():
            if not isinstance(found, dict):
                yield Row(number, trouble="is not a JSON object; write one object per line")
                continue
            cells = tuple(cell_text(found.get(key)) for key in self.header)
            yield Row(number, cells, "contains a NUL byte; remove it" if any("\0" in c for c in cells) else "")

    def _objects(self) -> Iterator[tuple[int, Any]]:
        """Line numbers with what the lines say; None for a line that is not JSON."""
        with self._path.open("rb") as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise BadInput(self._path.name, f"line {number} is longer than a million bytes; repair it")
                text = line.removeprefix(b"\xef\xbb\xbf").strip()
                if not text:
                    continue
                try:
                    yield number, orjson.loads(text)
                except orjson.JSONDecodeError:
                    yield number, None
