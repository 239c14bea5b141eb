"""The retention matrix: how long each kind of value is kept, as a file that counsel can read and change."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from skiptrace.errors import ConfigError

SHIPPED = Path(__file__).with_name("retention.toml")


class Kind(StrEnum):
    """What is disposed of; the order is that in which a run takes them."""

    FULL_SSN = "full_ssn"
    RAW_REPLIES = "raw_replies"
    THIRD_PARTY_CONTACTS = "third_party_contacts"
    UNUSED_CONTACTS = "unused_contacts"
    CASE_FILES = "case_files"
    CONSUMER_EVENTS = "consumer_events"
    DELIVERIES = "deliveries"
    ACCESSES = "accesses"
    IDEMPOTENCY_ANSWERS = "idempotency_answers"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One row of the matrix. ``keep_days`` counts from what ``since`` says."""

    kind: Kind
    keep_days: int
    since: str
    action: str
    citation: str


def load_retention(path: Path | None = None) -> tuple[RetentionRule, ...]:
    """Every kind once, in the order of ``Kind``. Raises ConfigError that names what is wrong."""
    file = path or SHIPPED
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))["rule"]
        rules = {rule.kind: rule for rule in map(_rule, given)}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"the retention file {file} cannot be read: {error}") from None
    if missing := [kind for kind in Kind if kind not in rules]:
        raise ConfigError(f"the retention file {file} lacks the rule {missing[0]}")
    return tuple(rules[kind] for kind in Kind)


def _rule(row: dict[str, Any]) -> RetentionRule:
    days = row["keep_days"]
    if not isinstance(days, int) or days < 0:
        raise ValueError(f"{row['id']}: keep_days is a number of days")
    return RetentionRule(Kind(row["id"]), days, str(row["since"]), str(row["action"]), str(row["citation"]))
