"""The statistical parser: usaddress, or fastaddress where it is installed and proves that it answers alike."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.resources import files

import usaddress

Labels = list[tuple[str, str]]

_log = logging.getLogger(__name__)


def _reference(text: str) -> Labels:
    parsed: Labels = usaddress.parse(text)
    return parsed


def _chosen() -> Callable[[str], Labels]:
    """fastaddress when it agrees with usaddress on every line of data/parser_check.txt, else usaddress."""
    try:
        import fastaddress
    except ImportError:
        return _reference
    lines = files("skiptrace.matching").joinpath("data", "parser_check.txt").read_text().splitlines()
    try:
        agrees = all(list(fastaddress.parse(line)) == _reference(line) for line in lines)
    except Exception:  # noqa: BLE001 - any failure of an optional accelerator means doing without it
        agrees = False
    if not agrees:
        _log.info("fastaddress differs from usaddress; usaddress is used")
        return _reference
    accelerated: Callable[[str], Labels] = fastaddress.parse
    return accelerated


label = _chosen()
"""(token, label) pairs in the labels of usaddress, for cleaned capital ASCII text. Never raises.

It is chosen at the start, so that no address waits for the check.
"""
