"""Rules as data: what a rule file may say, and how it is read.

A rule file is TOML with ``[[rule]]`` tables. What a rule looks at is code (a predicate registered under the rule's id);
what it then does is data: ``effects`` maps each outcome of the predicate to an effect, so counsel can change an effect,
a threshold or a list without touching code. A rule without ``stages`` is enforced elsewhere and says where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from skiptrace.model import Channel, ContactKind, Effect


class Stage(StrEnum):
    """The gates, in the order in which a case meets them."""

    BATCH = "batch"
    ADMISSION = "admission"
    PROVIDER = "provider"
    OUTBOUND = "outbound"
    IN_FLIGHT = "in_flight"
    CONTACT = "contact"
    USE = "use"
    THIRD_PARTY = "third_party"


class Level(StrEnum):
    """Who may override a rule for one account."""

    NEVER = "never"
    COUNSEL = "counsel"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    CONSUMER = "consumer"
    NONE = "none"
    """Nothing to override: the rule only notes."""


class Mark(StrEnum):
    """How the rule was established: primary text, a secondary page, or not confirmed (counsel must confirm)."""

    PRIMARY = "P"
    SECONDARY = "S"
    UNCONFIRMED = "R"


Setting = str | int | float | bool | tuple[str, ...] | Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``effects`` maps outcome to effect; ``no`` always passes. ``channels`` is what it denies or grants.

    ``override`` says who may go past it for an account, ``review`` who may release what it holds for a person.
    """

    id: str
    statement: str
    citation: str
    mark: Mark
    override: Level
    review: Level = Level.NONE
    stages: tuple[Stage, ...] = ()
    trigger: tuple[str, ...] = ()
    effects: Mapping[str, Effect] = field(default_factory=lambda: MappingProxyType({}))
    channels: frozenset[Channel] = frozenset()
    kinds: frozenset[ContactKind] = frozenset(ContactKind)
    event: str = ""
    settings: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    enabled: bool = True
    enforced_by: str = ""

    def number(self, name: str) -> float:
        return float(self.settings[name])  # type: ignore[arg-type]  # checked when the file was read

    def words(self, name: str) -> tuple[str, ...]:
        return self.settings[name]  # type: ignore[return-value]

    def table(self, name: str) -> Mapping[str, int]:
        return self.settings[name]  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class PurposeCode:
    """A statutory ground for a search. ``collection``: yes, review (a person decides first) or no."""

    code: str
    statute: str
    label: str
    collection: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What the agency states of itself; the defaults are the strict ones."""

    strict: bool = False
    """Hold a case when the platform has no column for a fact, instead of relying on the certification."""
    dppa_enabled: bool = False
    dmf_certified_until: date | None = None
    licensed_states: frozenset[str] | None = None
    """States with a collection licence; None when the agency has not said."""
    enforce_licences: bool = False
    require_overlay: bool = False
    """Hold cases of states whose own collection rules are not loaded."""
    quiet_weekdays: frozenset[int] = frozenset()
    """Weekdays (0 is Monday) on which nobody is called or written to, wherever they may be."""
    quiet_dates: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in the order of their files, with the vocabularies they use. ``version`` is a digest of the files."""

    rules: tuple[Rule, ...] = field(repr=False)
    purposes: Mapping[str, PurposeCode] = field(repr=False)
    account_states: Mapping[str, str] = field(repr=False)
    """The platform's word for an account's state (lower case) to the condition that rules know."""
    version: str
    profile: Profile = Profile()
    by_id: Mapping[str, Rule] = field(init=False, repr=False, compare=False)
    by_stage: Mapping[Stage, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stages = {stage: tuple(r for r in self.rules if stage in r.stages) for stage in Stage}
        object.__setattr__(self, "by_id", MappingProxyType({rule.id: rule for rule in self.rules}))
        object.__setattr__(self, "by_stage", MappingProxyType(stages))

    def rule(self, rule_id: str) -> Rule:
        """Raises KeyError for an id that no file defines."""
        return self.by_id[rule_id]
