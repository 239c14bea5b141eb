"""Questions to the gates, built from a case that every rule lets pass. Everybody here is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from skiptrace.compliance.admission import Admission
from skiptrace.compliance.granting import Granting
from skiptrace.compliance.in_flight import Learning
from skiptrace.compliance.known import NOTHING, Known
from skiptrace.compliance.rulebook import RuleBook
from skiptrace.compliance.sources import Inquiring
from skiptrace.compliance.third_parties import Asking
from skiptrace.compliance.using import Using
from skiptrace.model import (
    AccountFact,
    Address,
    AddressSighting,
    Case,
    Channel,
    Contact,
    ContactStatus,
    Evidence,
    Fact,
    Ground,
    Judgement,
    Match,
    Party,
    Request,
    SearchKind,
    SourceRecord,
)
from tests import builders

NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
"""Noon in New York, eleven in Texas, nine in Los Angeles: a Monday."""

ALL_NO = dict.fromkeys(AccountFact, Fact.NO) | {
    AccountFact.PREFERENCES_IMPORTED: Fact.YES,
    AccountFact.ATTORNEY_DETAILS: Fact.NOT_STATED,
}
GROUND = (Ground("acme", "r1"),)


def case(**changes: Any) -> Case:
    """A case whose platform denies every adverse fact; ``facts``, ``account`` and ``home`` are merged in."""
    facts = ALL_NO | changes.pop("facts", {})
    account = replace(builders.account(facts=facts), **changes.pop("account", {}))
    home = changes.pop("home", None)
    if home is not None:
        changes["subject"] = builders.subject(addresses=(AddressSighting(home),))
    return builders.case(account=account, **changes)


def home(state: str = "TX", zip_code: str = "78701", line: str = "118 Alder Ct") -> Address:
    return Address(line, "", "Anytown", state, zip_code)


def admission(search: SearchKind = SearchKind.LOCATE, at: datetime | None = None, **changes: Any) -> Admission:
    return Admission(case(search=search, **changes), at)


def inquiring(request: Request | None = None, about: Case | None = None, **manifest: Any) -> Inquiring:
    product = builders.product(**manifest.pop("product", {}))
    return Inquiring(about or case(), builders.manifest(product, **manifest), product, request)


def record(**changes: Any) -> SourceRecord:
    return replace(SourceRecord("r1", "acme", names=builders.subject().names), **changes)


def learning(*records: SourceRecord, probability: float = 0.9, about: Case | None = None, **changes: Any) -> Learning:
    known = {(r.provider, r.record_id): probability for r in records}
    return replace(Learning(about or case(), records, known, ()), **changes)


def match(probability: float = 0.97, *features: str, party: Party = Party.SUBJECT) -> Match:
    evidence = tuple(
        Evidence(feature, 6.0, "agrees")
        for feature in ("prior", "given.same", "surname_rarity", *(features or ("ssn4.same",)))
    )
    return Match("r1", "acme", probability, party, evidence)


def phone(number: str = "+15125550142", probability: float = 0.8, **changes: Any) -> Contact:
    return builders.phone(number, probability, **({"grounds": GROUND} | changes))


def letterbox(place: Address | None = None, probability: float = 0.95, **changes: Any) -> Contact:
    changes = {"grounds": GROUND, "status": ContactStatus.VERIFIED, "address": place or home()} | changes
    return builders.address("118 Alder Ct", probability, **changes)


def judged(*contacts: Contact, matches: tuple[Match, ...] | None = None) -> Judgement:
    return builders.judgement(*contacts, matches=(match(),) if matches is None else matches)


def granting(contact: Contact, *, matches: tuple[Match, ...] | None = None, **changes: Any) -> Granting:
    given = {"case": case(), "contact": contact, "judgement": judged(contact, matches=matches)} | changes
    return Granting(**given)


def using(
    rules: RuleBook,
    contact: Contact | None = None,
    channel: Channel = Channel.VOICE_MANUAL,
    at: datetime = NOON,
    known: Known = NOTHING,
    **changes: Any,
) -> Using:
    contact = contact or phone()
    about = Granting(case(**changes), contact, judged(contact), known, channel)
    return Using.of(about, channel, at, rules)


def asking(party: Party = Party.RELATIVE, log: tuple[str, ...] = (), reason: str = "", **changes: Any) -> Asking:
    return Asking(case(**changes), "person-1", party, log, reason)
