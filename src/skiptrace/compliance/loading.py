"""Reading the rule files: the one place of this room that does I/O."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from skiptrace.compliance.admission import ADMISSION, BATCH
from skiptrace.compliance.contacts import hours_of
from skiptrace.compliance.granting import CONTACT
from skiptrace.compliance.in_flight import IN_FLIGHT
from skiptrace.compliance.overrides import RELEASING
from skiptrace.compliance.rulebook import Level, Mark, Profile, PurposeCode, Rule, RuleBook, Stage
from skiptrace.compliance.sources import OUTBOUND, PROVIDER
from skiptrace.compliance.third_parties import THIRD_PARTY
from skiptrace.compliance.using import USE
from skiptrace.errors import ConfigError
from skiptrace.model import Channel, ContactKind, Effect

SHIPPED = resources.files("skiptrace.compliance") / "rules"

GATES: Final[Mapping[Stage, Mapping[str, object]]] = {
    Stage.BATCH: BATCH,
    Stage.ADMISSION: ADMISSION,
    Stage.PROVIDER: PROVIDER,
    Stage.OUTBOUND: OUTBOUND,
    Stage.IN_FLIGHT: IN_FLIGHT,
    Stage.CONTACT: CONTACT,
    Stage.USE: USE,
    Stage.THIRD_PARTY: THIRD_PARTY,
}
"""Every predicate there is. A rule file must say something about each."""


def load_rules(directory: Path | None = None) -> RuleBook:
    """Read the shipped rule files, or those in ``directory`` instead. Raises ConfigError that names the rule.

    A directory must hold complete files: a rule that the code knows may be switched off (``enabled = false``) but not
    left out, and a rule whose override level is ``never`` cannot be switched off.
    """
    files = _read(SHIPPED if directory is None else directory)
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    parsed = [(name, _parse(name, content)) for name, content in files.items()]
    rules = tuple(_rule(name, raw) for name, data in parsed for raw in data.get("rule", ()))
    _check_unique(rules)
    purposes = {row["code"]: PurposeCode(**row) for _, data in parsed for row in data.get("purpose", ())}
    states = {
        word.casefold(): condition
        for _, data in parsed
        for condition, words in data.get("account_state", {}).items()
        for word in words
    }
    version = digest.hexdigest()[:12]
    profile = _profile([data["profile"] for _, data in parsed if "profile" in data])
    book = RuleBook(rules, MappingProxyType(purposes), MappingProxyType(states), version, profile)
    _check_gates(book)
    _check_hours(book)
    return book


def _read(folder: Traversable) -> dict[str, bytes]:
    try:
        found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
        files = {f.name: f.read_bytes() for f in found}
    except OSError as error:
        raise ConfigError(f"the rule files in {folder} cannot be read: {error.strerror}") from None
    if not files:
        raise ConfigError(f"there are no rule files in {folder}; copy the shipped ones and change them there")
    return files


def _parse(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"rule file {name} is not readable TOML: {error}") from None


def _rule(file: str, raw: Mapping[str, Any]) -> Rule:
    rule_id = str(raw.get("id", "without an id"))
    unknown = set(raw) - set(Rule.__dataclass_fields__)
    if unknown:
        raise ConfigError(f"rule {rule_id} in {file}: no such key: {', '.join(sorted(unknown))}")
    try:
        rule = _build(raw)
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigError(f"rule {rule_id} in {file}: {error}") from None
    if not rule.enabled and rule.override is Level.NEVER:
        raise ConfigError(f"rule {rule_id} in {file} cannot be switched off: its override level is never")
    if bool(rule.stages) == bool(rule.enforced_by):
        raise ConfigError(f"rule {rule_id} in {file} needs either stages or enforced_by")
    if Effect.HOLD in rule.effects.values() and rule.review not in RELEASING:
        raise ConfigError(f'rule {rule_id} in {file} holds for a person: say who may release it, review = "supervisor"')
    return rule


def _build(raw: Mapping[str, Any]) -> Rule:
    given = dict(raw)
    given["mark"] = Mark(raw["mark"])
    given["override"] = Level(raw["override"])
    given["review"] = Level(raw.get("review", Level.NONE))
    given["stages"] = tuple(Stage(s) for s in raw.get("stages", ()))
    given["trigger"] = tuple(raw.get("trigger", ()))
    given["effects"] = MappingProxyType({k: Effect(v) for k, v in raw.get("effects", {}).items()})
    given["channels"] = frozenset(Channel(c) for c in raw.get("channels", ()))
    given["kinds"] = frozenset(ContactKind(k) for k in raw.get("kinds", list(ContactKind)))
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.get("settings", {}).items()}
    given["settings"] = MappingProxyType(settings)
    return Rule(**given)


def _profile(tables: list[dict[str, Any]]) -> Profile:
    if len(tables) != 1:
        raise ConfigError("the rule files need one [profile] table; the shipped one stands in 7_profile.toml")
    [given] = tables
    if unknown := ", ".join(sorted(set(given) - set(Profile.__dataclass_fields__))):
        raise ConfigError(f"[profile]: no such key: {unknown}")
    states = frozenset(given["licensed_states"]) if "licensed_states" in given else None
    quiet = {"quiet_weekdays": _weekdays(given), "quiet_dates": _dates(given)}
    profile = Profile(**given | {"licensed_states": states} | quiet)
    switches = (profile.strict, profile.dppa_enabled, profile.enforce_licences, profile.require_overlay)
    if not all(isinstance(switch, bool) for switch in switches):
        raise ConfigError("[profile]: strict, dppa_enabled, enforce_licences and require_overlay are true or false")
    if type(profile.dmf_certified_until) not in (date, type(None)):
        raise ConfigError("[profile]: dmf_certified_until is a date: 2027-01-31")
    return profile


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekdays(given: Mapping[str, Any]) -> frozenset[int]:
    words = [str(word).casefold() for word in given.get("quiet_weekdays", ())]
    if unknown := [word for word in words if word not in WEEKDAYS]:
        raise ConfigError(f"[profile]: quiet_weekdays: {unknown[0]} is not one of {', '.join(WEEKDAYS)}")
    return frozenset(WEEKDAYS.index(word) for word in words)


def _dates(given: Mapping[str, Any]) -> frozenset[date]:
    days = given.get("quiet_dates", ())
    if any(type(day) is not date for day in days):
        raise ConfigError("[profile]: quiet_dates holds dates: quiet_dates = [2026-12-25]")
    return frozenset(days)


def _check_unique(rules: Iterable[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise ConfigError(f"rule {rule.id} is defined twice")
        seen.add(rule.id)


def _check_gates(book: RuleBook) -> None:
    """Raises ConfigError when a rule names a stage without a predicate, or a predicate has no rule."""
    for stage, gate in GATES.items():
        ruled = {rule.id for rule in book.by_stage[stage]}
        if missing := ", ".join(sorted(set(gate) - ruled)):
            raise ConfigError(f"the rule files lack {missing} at stage {stage}; write enabled = false to switch off")
        if unknown := ", ".join(sorted(ruled - set(gate))):
            raise ConfigError(f"no code evaluates {unknown} at stage {stage}; write enforced_by instead of stages")


def _check_hours(book: RuleBook) -> None:
    """The hours are used outside a gate too, where a wrong setting would surface only at the first call."""
    rule = book.rule("B-09")
    try:
        hours = hours_of(rule)
        for name in ("residence_from", "stated_days", "inbound_days", "thin_hours"):
            rule.number(name)
        channels = {Channel(word) for word in rule.words("timed_channels")}
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigError(f"rule B-09: a setting is missing or not readable: {error}") from None
    if not hours.opens < hours.closes or not channels:
        raise ConfigError("rule B-09: opens must be before closes, and some channel must be timed")
