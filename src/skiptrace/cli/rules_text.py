"""Behind ``skiptrace rules list`` and ``show``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skiptrace import compliance
from skiptrace.cli.output import console, print_json, table
from skiptrace.compliance import Level, Mark, Rule
from skiptrace.errors import BadInput
from skiptrace.settings import Settings

MARKS = {Mark.PRIMARY: "primary text", Mark.SECONDARY: "secondary page", Mark.UNCONFIRMED: "not confirmed by counsel"}


def print_list(settings: Settings, *, as_json: bool) -> None:
    book = compliance.load_rules(settings.rules)
    if as_json:
        print_json({"version": book.version, "rules": [_object(rule) for rule in book.rules]})
        return
    rows = [[r.id, r.mark.value, r.override.value, _where(r), r.statement, r.citation] for r in book.rules]
    out = console()
    out.print(table(["rule", "mark", "override", "where", "statement", "citation"], rows))
    marks = "; ".join(f"{mark.value} {meaning}" for mark, meaning in MARKS.items())
    out.print(f"{len(rows)} rules, version {book.version}. Marks: {marks}.")


def print_one(settings: Settings, rule_id: str, *, as_json: bool) -> None:
    book = compliance.load_rules(settings.rules)
    rule = book.by_id.get(rule_id.upper())
    if rule is None:
        raise BadInput("rule", "is not in the rule files; `skiptrace rules list` names them")
    if as_json:
        print_json(_object(rule))
        return
    facts = {
        "rule": rule.id,
        "says": rule.statement,
        "citation": rule.citation,
        "established by": MARKS[rule.mark],
        "override": rule.override.value,
        "releases what it holds": rule.review.value if rule.review is not Level.NONE else "-",
        "where": _where(rule),
        "looks at": ", ".join(rule.trigger) or "-",
        "channels": ", ".join(sorted(rule.channels)) or "-",
        "raises": rule.event or "-",
        **{f"when {outcome}": effect.value for outcome, effect in rule.effects.items()},
        **{f"setting {name}": _setting(value) for name, value in rule.settings.items()},
    }
    console().print(table(["", ""], [[key, value] for key, value in facts.items()]))


def _where(rule: Rule) -> str:
    if not rule.enabled:
        return "switched off"
    return ", ".join(rule.stages) or f"enforced by {rule.enforced_by}"


def _setting(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _object(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "statement": rule.statement,
        "citation": rule.citation,
        "mark": rule.mark,
        "override": rule.override,
        "review": rule.review,
        "stages": list(rule.stages),
        "enforced_by": rule.enforced_by,
        "enabled": rule.enabled,
        "trigger": list(rule.trigger),
        "effects": dict(rule.effects),
        "channels": sorted(rule.channels),
        "event": rule.event,
        "settings": {name: dict(v) if isinstance(v, Mapping) else v for name, v in rule.settings.items()},
    }
