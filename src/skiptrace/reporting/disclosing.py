"""All that is held on one consumer, for a request under state privacy law (rule D-11).

Each part names the law under which it is held. What a federal law covers is named and left out, unless the rule says
``disclose_exempt``; other people's data and the full SSN never go out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from skiptrace.compliance import RuleBook
from skiptrace.compliance.regimes import Regime, regime_of_account, regime_of_source
from skiptrace.errors import BadInput
from skiptrace.model import Case, Contact, DataClass, Personal, SourceRecord
from skiptrace.reporting.dossier import Dossier, plain
from skiptrace.reporting.examining import gather
from skiptrace.stores import SqlStore

Json = dict[str, Any]
DataClasses = Mapping[str, DataClass]
"""The class of each provider's data, by the provider's id."""

_OF_A_PERSON = ("names", "birth_date", "ssn4", "addresses", "phones", "emails")


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure(Personal):
    """The document, and how many parts were given and left out."""

    document: bytes
    given: int
    withheld: int


@dataclass(frozen=True, slots=True)
class Disclosures:
    """Reads what is held; ``classes`` and ``rules`` say under which law."""

    store: SqlStore
    classes: DataClasses
    rules: RuleBook

    async def of_account(self, tenant: str, account_id: str, at: datetime) -> Disclosure:
        """Of the account's consumer, on all of their accounts. Raises BadInput when nothing is held on them."""
        cases = await self.store.consumers.cases_of(tenant, account_id)
        if not cases:
            raise BadInput("account", "is not known here, or was erased")
        parts = [_of_case(await gather(self.store, tenant, name), self.classes, self.rules) for name in cases]
        rows = [row for part in parts for row in (part["account"], *part["records"], *part["contacts"])]
        withheld = sum(row["held"] is None for row in rows)
        document = {"account_id": account_id, "made_at": at, "cases": parts}
        written = orjson.dumps(document, default=plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
        return Disclosure(written, len(rows) - withheld, withheld)


def _of_case(dossier: Dossier, classes: DataClasses, rules: RuleBook) -> Json:
    case = dossier.case
    regimes = {provider: regime_of_source(classes.get(provider), case, rules) for provider in _providers(dossier)}
    contacts = {(c.kind, c.value): c for trace in dossier.traces for c in trace.contacts}
    others = {(c.kind, c.value) for trace in dossier.traces for c in trace.third_party_contacts}
    return {
        "case_id": case.case_id,
        "account_id": case.account.account_id,
        "account": _part([regime_of_account(case, rules)], _person(case), rules),
        "records": [
            {"provider": record.provider, **_part([regimes[record.provider]], _record(record), rules)}
            for record in _own(dossier)
        ],
        "contacts": [
            {"kind": c.kind, **_part([regimes[g.provider] for g in c.grounds], _contact(c), rules)}
            for c in contacts.values()
        ],
        "asked": [{"provider": call.provider, "at": call.sent_at or call.intended_at} for call in dossier.calls],
        "told": [{"kind": told.kind, "at": told.at, "to": sorted(told.deliveries)} for told in dossier.told],
        "used": [{"kind": outcome.kind, "at": outcome.at} for outcome in dossier.outcomes],
        "of_other_people": len(others),
    }


def _providers(dossier: Dossier) -> set[str]:
    grounds = (g.provider for trace in dossier.traces for c in trace.contacts for g in c.grounds)
    return {*(record.provider for record in dossier.records), *grounds}


def _own(dossier: Dossier) -> Sequence[SourceRecord]:
    """Each record once that a contact of the consumer's own rests on: the others are somebody else's."""
    behind = {(g.provider, g.record_id) for trace in dossier.traces for c in trace.contacts for g in c.grounds}
    return list({(r.provider, r.record_id): r for r in dossier.records if (r.provider, r.record_id) in behind}.values())


def _part(regimes: Sequence[Regime], held: Json, rules: RuleBook) -> Json:
    """What one source alone may not be told may be told from another that has it too."""
    exempt = bool(regimes) and all(regime.exempt for regime in regimes)
    withheld = exempt and not rules.rule("D-11").settings["disclose_exempt"]
    return {
        "legal_regime": sorted({regime.name for regime in regimes}),
        "exempt": exempt,
        "kinds": sorted(held),
        "held": None if withheld else held,
    }


def _person(case: Case) -> Json:
    subject = case.subject
    found = {name: getattr(subject, name) for name in _OF_A_PERSON}
    found |= {"ssn4": subject.ssn4 or subject.ssn[-4:], "balance": case.account.balance, "state": case.account.state}
    return {name: value for name, value in found.items() if value not in ("", None, ())}


def _record(record: SourceRecord) -> Json:
    """Without the relatives, who are other people."""
    return {name: value for name in _OF_A_PERSON if (value := getattr(record, name)) not in ("", None, ())}


def _contact(contact: Contact) -> Json:
    seen = {name: asdict(day) for name in ("first_seen", "last_seen") if (day := getattr(contact, name))}
    return {"value": contact.value, "probability": round(contact.probability, 4), **seen}
