"""The words of placement files, read once from ``vocabulary.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

USUAL_COLUMNS: Mapping[str, tuple[str, ...]] = {f: tuple(names.split()) for f, names in _WORDS["columns"].items()}
"""Usual column names by field, in lower case with underscores."""

STATES: Mapping[str, str] = _WORDS["states"]
"""Names of the US states and territories by USPS code."""
