"""Typed values of JSON and Parquet as the text that a CSV cell would hold."""

from __future__ import annotations

import math
from datetime import date, datetime

import orjson


def cell_text(value: object) -> str:
    """Nothing and not-a-number are empty, whole floats lose their ``.0``, a list is joined by semicolons."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return "; ".join(cell_text(item) for item in value)
    return orjson.dumps(value, default=str).decode() if isinstance(value, dict) else str(value)
