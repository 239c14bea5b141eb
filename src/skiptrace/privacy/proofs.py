"""Proof, for somebody who has neither the database nor a secret, that audit rows stood in the trail as shown.

A segment of the trail is shown from before the first row in question to a signed checkpoint. Rows that are nobody
else's business stand in it by their digest alone; the links can be computed all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from skiptrace.privacy.audit import AuditRow, ChainBroken, canonical, digest, link
from skiptrace.privacy.checkpoints import BadCheckpoint, Checkpoint, is_signed


@dataclass(frozen=True, slots=True)
class Segment:
    """``rows`` without a gap behind row ``start``, whose hash is ``before``; the last one is the checkpoint's."""

    start: int
    before: bytes
    rows: tuple[AuditRow, ...]
    shown: frozenset[int]
    checkpoint: Checkpoint

    def to_json(self) -> dict[str, Any]:
        return {
            "after_row": self.start,
            "hash": self.before.hex(),
            "rows": [_row(row, row.number in self.shown) for row in self.rows],
            "checkpoint": self.checkpoint.to_json(),
        }


def _row(row: AuditRow, is_shown: bool) -> Any:
    if is_shown:
        return orjson.loads(canonical(row.number, row.event))
    return digest(row.number, row.event).hex()


def check_segments(segments: Iterable[Mapping[str, Any]], public_key: bytes) -> list[Sequence[Any]]:
    """The rows that are shown, as canonical arrays. Raises ChainBroken or BadCheckpoint, also for malformed input."""
    shown: list[Sequence[Any]] = []
    for number, segment in enumerate(segments, 1):
        try:
            shown += _check(segment, public_key, number)
        except (KeyError, ValueError, TypeError, AttributeError):
            raise ChainBroken(0, f"segment {number} of the proof is not readable") from None
    return shown


def _check(segment: Mapping[str, Any], public_key: bytes, place: int) -> list[Sequence[Any]]:
    number, before = int(segment["after_row"]), bytes.fromhex(segment["hash"])
    shown = []
    for row in segment["rows"]:
        number += 1
        if isinstance(row, str):
            before = link(before, bytes.fromhex(row))
            continue
        if row[0] != number:
            raise ChainBroken(number, "another row stands in its place")
        before = link(before, hashlib.sha256(orjson.dumps(row)).digest())
        shown.append(row)
    signed = segment["checkpoint"]
    at = datetime.fromisoformat(signed["at"])
    checkpoint = Checkpoint(int(signed["rows"]), bytes.fromhex(signed["hash"]), at, bytes.fromhex(signed["signature"]))
    if not is_signed(public_key, checkpoint):
        raise BadCheckpoint(place)
    if (checkpoint.number, checkpoint.hash) != (number, before):
        raise ChainBroken(number, "the rows do not lead to the signed checkpoint")
    return shown
