"""The stored shapes of values whose parts stand in more than one column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from skiptrace.model import (
    Address,
    Evidence,
    Grant,
    LineType,
    Match,
    PartialDate,
    Personal,
    RuleDecision,
    Step,
)


@dataclass(frozen=True, slots=True)
class History:
    """What a trace did and why: the part of it that holds no person."""

    steps: tuple[Step, ...]
    decisions: tuple[RuleDecision, ...]
    versions: Mapping[str, str]
    replaces: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Findings(Personal):
    """The sealed part of a trace."""

    matches: tuple[Match, ...]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ContactContent(Personal):
    """The sealed part of a contact."""

    value: str
    address: Address | None
    line_type: LineType
    first_seen: PartialDate | None
    last_seen: PartialDate | None
    evidence: tuple[Evidence, ...]
    grants: tuple[Grant, ...]
    notes: tuple[str, ...]
