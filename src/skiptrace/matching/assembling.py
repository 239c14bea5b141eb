"""Contacts of a case: one per distinct address, phone and e-mail, ranked, with grounds, evidence and status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from skiptrace.matching.cases import CaseColumns, phone_number, standard_line
from skiptrace.matching.columns import Floats
from skiptrace.matching.contacts import (
    UNDATED,
    Carried,
    Reached,
    address_measures,
    carried_addresses,
    carried_phones,
    phone_measures,
    reach,
)
from skiptrace.matching.identity import Identity
from skiptrace.matching.sentences import CONTACT_SENTENCES
from skiptrace.matching.verifying import Finding, Verifications
from skiptrace.matching.weights import Parameters, log_odds, probability
from skiptrace.model import (
    AddressSighting,
    Contact,
    ContactKind,
    ContactStatus,
    EmailSighting,
    Evidence,
    Ground,
    LineType,
    Match,
    PartialDate,
    Party,
    PhoneSighting,
    SourceRecord,
    Subject,
)

_Sighting = AddressSighting | PhoneSighting | EmailSighting
_NO_DATE = PartialDate(1800)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Judged:
    """One case once its records are matched: all that the contacts rest on."""

    subject: Subject
    records: Sequence[SourceRecord]
    case: CaseColumns
    identity: Identity
    matches: Sequence[Match]
    verifications: Verifications
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class _Value:
    """One value with everybody who carries it, likeliest first."""

    kind: ContactKind
    text: str
    contact_id: str
    carriers: tuple[tuple[SourceRecord, Match, _Sighting], ...]
    finding: Finding

    @property
    def of_subject(self) -> list[tuple[SourceRecord, Match, _Sighting]]:
        return [carrier for carrier in self.carriers if carrier[1].probability >= 0.5]

    def sightings(self) -> list[_Sighting]:
        return [sighting for _, _, sighting in self.carriers]


def contacts_of(judged: Judged) -> tuple[Contact, ...]:
    """All contacts, the likeliest first."""
    secret = _secret(judged.subject)
    contacts = [*_address_contacts(secret, judged), *_phone_contacts(secret, judged), *_email_contacts(secret, judged)]
    return tuple(sorted(contacts, key=lambda contact: (-contact.probability, contact.contact_id)))


def _address_contacts(secret: bytes, judged: Judged) -> list[Contact]:
    weights, case = judged.parameters.address, judged.case
    carried = carried_addresses(case.candidates, case.as_of)
    values = []
    for carriers in _carriers(carried, case.addresses, judged):
        sightings = [sighting for _, _, sighting in carriers if isinstance(sighting, AddressSighting)]
        text = max((standard_line(sighting.address) for sighting in sightings), key=lambda line: (len(line), line))
        contact_id = _contact_id(secret, ContactKind.ADDRESS, text)
        finding = judged.verifications.of_address(sightings, contact_id)
        values.append(_Value(ContactKind.ADDRESS, text, contact_id, carriers, finding))
    measures = address_measures(case.candidates, judged.identity, carried, weights.sightings, as_of=case.as_of)
    return _weighed(values, reach(carried, measures, weights, _bits(values)), judged)


def _phone_contacts(secret: bytes, judged: Judged) -> list[Contact]:
    weights, case = judged.parameters.phone, judged.case
    carried = carried_phones(case.candidates, case.as_of)
    values = []
    for carriers in _carriers(carried, case.phones, judged):
        sightings = [sighting for _, _, sighting in carriers if isinstance(sighting, PhoneSighting)]
        number = phone_number(sightings[0].number)
        contact_id = _contact_id(secret, ContactKind.PHONE, str(number))
        finding = judged.verifications.of_phone(number, sightings, contact_id)
        values.append(_Value(ContactKind.PHONE, f"+1{number:010}", contact_id, carriers, finding))
    measures = phone_measures(case.candidates, judged.identity, carried, weights.sightings, as_of=case.as_of)
    return _weighed(values, reach(carried, measures, weights, _bits(values)), judged)


def _carriers(
    carried: Carried, sightings: Sequence[_Sighting], judged: Judged
) -> list[tuple[tuple[SourceRecord, Match, _Sighting], ...]]:
    """Who carries each value, the likeliest record first, then the freshest."""
    rows: list[list[tuple[SourceRecord, Match, _Sighting]]] = [[] for _ in carried.group]
    for child, position, value in zip(carried.child, carried.position, carried.value, strict=True):
        rows[value].append((judged.records[position], judged.matches[position], sightings[child]))
    return [_in_order(row) for row in rows]


def _in_order(rows: list[tuple[SourceRecord, Match, _Sighting]]) -> tuple[tuple[SourceRecord, Match, _Sighting], ...]:
    rows.sort(key=lambda row: (row[0].provider, row[0].record_id))
    return tuple(sorted(rows, key=lambda row: (row[1].probability, row[2].last_seen or _NO_DATE), reverse=True))


def _bits(values: Sequence[_Value]) -> Floats:
    return np.array([value.finding.bits for value in values], float)


def _weighed(values: Sequence[_Value], reached: Reached, judged: Judged) -> list[Contact]:
    columns = [(name, column.tolist()) for name, column in reached.parts.items()]
    return [
        _described(value, p, _reasons(value, [(name, column[n]) for name, column in columns]), judged)
        for n, (value, p) in enumerate(zip(values, reached.probability.tolist(), strict=True))
    ]


def _described(value: _Value, probability_now: float, evidence: tuple[Evidence, ...], judged: Judged) -> Contact:
    p = 0.0 if value.finding.bad else probability_now
    best = value.carriers[0][2]
    seen = [sighting for _, _, sighting in value.of_subject] or value.sightings()
    return Contact(
        kind=value.kind,
        value=value.text,
        probability=p,
        party=value.carriers[0][1].party,
        contact_id=value.contact_id,
        status=_status(value, p, judged.parameters),
        address=best.address if isinstance(best, AddressSighting) else None,
        line_type=_line_type(value, judged.verifications),
        first_seen=min((s.first_seen for s in seen if s.first_seen), default=None),
        last_seen=max((s.last_seen for s in seen if s.last_seen), default=None),
        grounds=tuple(_ground(record) for record, _, _ in value.carriers),
        evidence=evidence,
        notes=value.finding.notes,
    )


def _line_type(value: _Value, verifications: Verifications) -> LineType:
    """A provider's check of the number before what the records say."""
    sightings = [sighting for sighting in value.sightings() if isinstance(sighting, PhoneSighting)]
    checked = [verifications.line_type(phone_number(sighting.number)) for sighting in sightings[:1]]
    stated = (*checked, *(sighting.line_type for sighting in sightings))
    return next((line for line in stated if line is not LineType.UNKNOWN), LineType.UNKNOWN)


def _ground(record: SourceRecord) -> Ground:
    return Ground(record.provider, record.record_id, record.upstream, record.call_id, record.pointer)


def _status(value: _Value, p: float, parameters: Parameters) -> ContactStatus:
    """Verified: likely enough to write back, and from two independent sources that are sure, or checked."""
    if value.finding.bad:
        return ContactStatus.SUPPRESSED
    stated = parameters.stated
    sure = [
        record for record, match, _ in value.carriers if match.probability >= stated["sure"] and not match.ambiguous
    ]
    if p < stated["write_back"] or value.carriers[0][1].party is not Party.SUBJECT or value.carriers[0][1].ambiguous:
        return ContactStatus.CANDIDATE
    sources = {record.upstream or record.provider for record in sure}
    verified = len(sources) >= 2 or (value.finding.verified and sources)
    return ContactStatus.VERIFIED if verified else ContactStatus.LIKELY


def _reasons(value: _Value, parts: Sequence[tuple[str, float]]) -> tuple[Evidence, ...]:
    record, _, best = value.carriers[0]
    quotes = {
        "identity": f"{record.provider} {record.record_id}",
        "recency": str(best.last_seen or ""),
        "verified": "; ".join(value.finding.notes),
    }
    return tuple(
        Evidence(name, bits, CONTACT_SENTENCES[name], "", quotes.get(name, ""))
        for name, bits in parts
        if abs(bits) >= 0.005 or name == "prior"
    )


def _email_contacts(secret: bytes, judged: Judged) -> list[Contact]:
    """E-mails have no fitted model: identity, and a decay with age that is set by judgement."""
    rows: dict[str, list[tuple[SourceRecord, Match, _Sighting]]] = {}
    for record, match in zip(judged.records, judged.matches, strict=True):
        for sighting in record.emails:
            rows.setdefault(sighting.email.strip().lower(), []).append((record, match, sighting))
    stated, contacts = judged.parameters.stated, []
    for email, carriers in rows.items():
        contact_id = _contact_id(secret, ContactKind.EMAIL, email)
        value = _Value(
            ContactKind.EMAIL, email, contact_id, _in_order(carriers), judged.verifications.of_email(contact_id)
        )
        identity = float(log_odds(np.array(value.carriers[0][1].probability)))
        years = min(_age(sighting, judged.case.as_of) for sighting in value.sightings())
        fresh = stated["email"] + stated["email_per_year"] * years + value.finding.bits
        p = float(probability(np.array(identity)) * probability(np.array(fresh)))
        reasons = (
            Evidence("identity", identity, CONTACT_SENTENCES["identity"], found=value.carriers[0][0].record_id),
            Evidence("recency", fresh, CONTACT_SENTENCES["recency"], found=str(value.carriers[0][2].last_seen or "")),
        )
        contacts.append(_described(value, p, reasons, judged))
    return contacts


def _age(sighting: _Sighting, as_of: float) -> float:
    seen = sighting.last_seen
    return UNDATED if seen is None else max(0.0, as_of - seen.year - (seen.month or 6) / 12)


def _secret(subject: Subject) -> bytes:
    parts = (subject.name.text, subject.ssn, subject.ssn4, str(subject.birth_date))
    return blake2b("|".join(parts).encode(), digest_size=32).digest()


def _contact_id(secret: bytes, kind: ContactKind, key: str) -> str:
    """Stable for a contact of a subject over all traces; tells nothing without the subject's data."""
    return blake2b(f"{kind}|{key}".encode(), key=secret, digest_size=8).hexdigest()


def conflicts(judged: Judged) -> tuple[str, ...]:
    """Phones that records of the subject and of somebody else share, and people who cannot be told apart."""
    found = []
    carried = carried_phones(judged.case.candidates, judged.case.as_of)
    for carriers in _carriers(carried, judged.case.phones, judged):
        ours = [record for record, match, _ in carriers if match.probability >= 0.5]
        theirs = [record for record, match, _ in carriers if match.probability < 0.5]
        if ours and theirs:
            found.append(
                f"one phone, two people: {ours[0].provider} {ours[0].record_id} (the subject) "
                f"and {theirs[0].provider} {theirs[0].record_id}"
            )
    open_ = [f"{match.provider} {match.record_id}" for match in judged.matches if match.ambiguous]
    if open_:
        found.append(f"two people fit the subject: {', '.join(sorted(open_))}")
    return tuple(sorted(found))
