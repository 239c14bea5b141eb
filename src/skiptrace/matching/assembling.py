"""Contacts of cases: one per distinct address, phone and e-mail, ranked, with grounds, evidence and status.

A value that only strangers carry is weighed, as a rival and as evidence, and no contact is made of it: where namesakes
and neighbours live is nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from itertools import chain, pairwise

import numpy as np

from skiptrace.matching.cases import CaseColumns, Question
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
from skiptrace.matching.persons import phone_number, years_after
from skiptrace.matching.reaching import Measured, measured_values
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
)
from skiptrace.model.judgement import evidence_later

_Sighting = AddressSighting | PhoneSighting | EmailSighting
_Carrier = tuple[SourceRecord, Match, _Sighting, int]
"""A record, its match, what it shows, and its position among the candidates."""
_NO_DATE = PartialDate(1800)
_LEAST = 0.005
STRANGER = Party.THIRD_PARTY


@dataclass(frozen=True, eq=False, repr=False)
class Judged:
    """Cases once their records are matched: all that the contacts rest on. ``matches`` are in the candidates' order."""

    questions: Sequence[Question]
    columns: CaseColumns
    identity: Identity
    matches: Sequence[Match]
    verifications: Sequence[Verifications]
    parameters: Parameters

    @cached_property
    def values(self) -> tuple[Measured, Measured]:
        """Addresses and phones."""
        candidates, identity, parameters = self.columns.candidates, self.identity, self.parameters
        if candidates.are_few:
            return measured_values(candidates, identity, parameters)
        homes, phones = carried_addresses(candidates), carried_phones(candidates)
        of_homes = address_measures(candidates, identity, homes, parameters.address.sightings)
        of_phones = phone_measures(candidates, identity, phones, parameters.phone.sightings)
        return Measured(homes, of_homes), Measured(phones, of_phones)

    @cached_property
    def _grounds(self) -> dict[int, Ground]:
        return {}

    def ground(self, position: int) -> Ground:
        """The record as a ground of whatever it shows."""
        ground = self._grounds.get(position)
        if ground is None:
            record = self.columns.records[position]
            ground = Ground(record.provider, record.record_id, record.upstream, record.call_id, record.pointer)
            self._grounds[position] = ground
        return ground


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of one case with everybody who carries it, likeliest first."""

    case: int
    kind: ContactKind
    text: Callable[[], str]
    carriers: Sequence[_Carrier]
    finding: Finding

    @property
    def party(self) -> Party:
        return self.carriers[0][1].party

    def sightings(self) -> list[_Sighting]:
        """Those in records of the subject, or all when there are none."""
        ours = [sighting for _, match, sighting, _ in self.carriers if match.probability >= 0.5]
        return ours or [sighting for _, _, sighting, _ in self.carriers]


def contacts_of(judged: Judged) -> list[tuple[Contact, ...]]:
    """The contacts of each case, the likeliest first."""
    found: list[list[Contact]] = [[] for _ in judged.questions]
    for case, contact in chain(_address_contacts(judged), _phone_contacts(judged), _email_contacts(judged)):
        found[case].append(contact)
    return [tuple(sorted(contacts, key=_rank)) for contacts in found]


def _rank(contact: Contact) -> tuple[float, str, str]:
    return -contact.probability, contact.kind, contact.value


def _address_contacts(judged: Judged) -> Iterator[tuple[int, Contact]]:
    columns, weights = judged.columns, judged.parameters.address
    addresses, _ = judged.values

    def text(children: Sequence[int]) -> str:
        return max((columns.lines[child] for child in children), key=lambda line: (len(line), line))

    def finding(known: Verifications, children: Sequence[int]) -> Finding:
        return known.of_address([columns.addresses[child] for child in children])

    values = _values(ContactKind.ADDRESS, addresses.carried, columns.addresses, judged, text=text, finding=finding)
    return _weighed(values, reach(addresses.carried, addresses.measures, weights, _known(values)), judged)


def _phone_contacts(judged: Judged) -> Iterator[tuple[int, Contact]]:
    columns, weights = judged.columns, judged.parameters.phone
    _, phones = judged.values

    def text(children: Sequence[int]) -> str:
        return f"+1{columns.numbers[children[0]]:010}"

    def finding(known: Verifications, children: Sequence[int]) -> Finding:
        return known.of_phone(columns.numbers[children[0]], [columns.phones[child] for child in children])

    values = _values(ContactKind.PHONE, phones.carried, columns.phones, judged, text=text, finding=finding)
    return _weighed(values, reach(phones.carried, phones.measures, weights, _known(values)), judged)


def _values(
    kind: ContactKind,
    carried: Carried,
    sightings: Sequence[_Sighting],
    judged: Judged,
    *,
    text: Callable[[Sequence[int]], str],
    finding: Callable[[Verifications, Sequence[int]], Finding],
) -> list[_Value]:
    """The values of one kind in their order. ``text`` and ``finding`` are told the rows that show a value."""
    found = []
    for case, rows in zip(carried.group.tolist(), _rows_of(carried), strict=True):
        children = [child for child, _ in rows]
        carriers = _in_order([_carrier(judged, position, sightings[child]) for child, position in rows])
        known = finding(judged.verifications[case], children)
        found.append(_Value(case, kind, partial(text, children), carriers, known))
    return found


def _rows_of(carried: Carried) -> list[list[tuple[int, int]]]:
    """(child row, position of the record) of everybody who carries each value."""
    rows = list(zip(carried.child.tolist(), carried.position.tolist(), strict=True))
    starts = [*carried.values.starts.tolist(), len(rows)]
    return [rows[start:end] for start, end in pairwise(starts)]


def _carrier(judged: Judged, position: int, sighting: _Sighting) -> _Carrier:
    return judged.columns.records[position], judged.matches[position], sighting, position


def _in_order(carriers: list[_Carrier]) -> list[_Carrier]:
    """The likeliest record first, then the freshest sighting."""
    if len(carriers) > 1:
        carriers.sort(key=lambda carrier: (carrier[0].provider, carrier[0].record_id))
        carriers.sort(key=lambda carrier: (carrier[1].probability, carrier[2].last_seen or _NO_DATE), reverse=True)
    return carriers


def _known(values: Sequence[_Value]) -> dict[str, Floats]:
    return {
        "verified": np.array([value.finding.checked for value in values], float),
        "outcomes": np.array([value.finding.used for value in values], float),
    }


def _weighed(values: Sequence[_Value], reached: Reached, judged: Judged) -> Iterator[tuple[int, Contact]]:
    for n, (value, p) in enumerate(zip(values, reached.probability.tolist(), strict=True)):
        if value.party is not STRANGER:
            yield value.case, _described(value, p, judged, partial(_reasons, value, reached, n))


def _described(value: _Value, p: float, judged: Judged, reasons: Callable[[], tuple[Evidence, ...]]) -> Contact:
    best, seen, text = value.carriers[0][2], value.sightings(), value.text()
    contact = Contact(
        kind=value.kind,
        value=text,
        probability=p,
        party=value.party,
        status=_status(value, p, judged.parameters),
        address=best.address if isinstance(best, AddressSighting) else None,
        line_type=_line_type(value, text, judged.verifications[value.case]),
        first_seen=min((s.first_seen for s in seen if s.first_seen), default=None),
        last_seen=max((s.last_seen for s in seen if s.last_seen), default=None),
        grounds=(*[judged.ground(position) for _, _, _, position in value.carriers], *value.finding.grounds),
        notes=value.finding.notes,
    )
    return evidence_later(contact, reasons)


def _line_type(value: _Value, text: str, verifications: Verifications) -> LineType:
    """A provider's check of the number before what the records say."""
    if value.kind is not ContactKind.PHONE:
        return LineType.UNKNOWN
    stated = [sighting.line_type for _, _, sighting, _ in value.carriers if isinstance(sighting, PhoneSighting)]
    if verifications.phones:
        stated.insert(0, verifications.line_type(phone_number(text)))
    return next((line for line in stated if line is not LineType.UNKNOWN), LineType.UNKNOWN)


def _status(value: _Value, p: float, parameters: Parameters) -> ContactStatus:
    """Verified: likely enough to write back, and from two independent sources that are sure, or checked."""
    if value.finding.bad:
        return ContactStatus.SUPPRESSED
    stated = parameters.stated
    if p < stated["write_back"] or value.party is not Party.SUBJECT or value.carriers[0][1].ambiguous:
        return ContactStatus.CANDIDATE
    sources = {
        record.upstream or record.provider
        for record, match, _, _ in value.carriers
        if match.probability >= stated["sure"] and not match.ambiguous
    }
    verified = len(sources) >= 2 or (value.finding.verified and sources)
    return ContactStatus.VERIFIED if verified else ContactStatus.LIKELY


def _reasons(value: _Value, reached: Reached, n: int) -> tuple[Evidence, ...]:
    record, _, best, _ = value.carriers[0]
    quotes = {
        "identity": f"{record.provider} {record.record_id}",
        "recency": str(best.last_seen or ""),
        "verified": "; ".join(value.finding.checks),
        "outcomes": "; ".join(value.finding.uses),
    }
    return tuple(
        Evidence(name, bits, CONTACT_SENTENCES[name], "", quotes.get(name, ""))
        for name, bits in reached.parts_of(n)
        if bits >= _LEAST or bits <= -_LEAST or name == "prior"
    )


def _email_contacts(judged: Judged) -> Iterator[tuple[int, Contact]]:
    """E-mails have no fitted model: identity, and a decay with age that is set by judgement."""
    carriers: dict[tuple[int, str], list[_Carrier]] = {}
    cases = judged.columns.candidates.groups.tolist()
    for position, record in enumerate(judged.columns.records):
        for sighting in record.emails:
            rows = carriers.setdefault((cases[position], sighting.email.strip().lower()), [])
            rows.append(_carrier(judged, position, sighting))
    for (case, email), rows in carriers.items():
        finding = judged.verifications[case].of_email(email)
        value = _Value(case, ContactKind.EMAIL, partial(str, email), _in_order(rows), finding)
        if value.party is not STRANGER:
            yield case, _email(value, judged)


def _email(value: _Value, judged: Judged) -> Contact:
    stated, as_of = judged.parameters.stated, judged.questions[value.case].as_of
    record, match, best, _ = value.carriers[0]
    identity = float(log_odds(np.array(match.probability)))
    years = min(_age(sighting, as_of) for _, _, sighting, _ in value.carriers)
    fresh = stated["email"] + stated["email_per_year"] * years + value.finding.used
    p = float(probability(np.array(identity)) * probability(np.array(fresh)))
    reasons = (
        Evidence("identity", identity, CONTACT_SENTENCES["identity"], found=f"{record.provider} {record.record_id}"),
        Evidence("recency", fresh, CONTACT_SENTENCES["recency"], found=str(best.last_seen or "")),
    )
    return _described(value, p, judged, lambda: reasons)


def _age(sighting: _Sighting, as_of: date) -> float:
    return UNDATED if sighting.last_seen is None else max(0.0, -years_after(sighting.last_seen, as_of))


def conflicts_of(judged: Judged) -> list[tuple[str, ...]]:
    """Of each case: phones that the subject and somebody else share, and people who cannot be told apart."""
    found: list[list[str]] = [[] for _ in judged.questions]
    carried = judged.values[1].carried
    sure = judged.identity.probability[carried.position] >= 0.5
    shared = carried.values.any(sure) & carried.values.any(~sure)
    rows = _rows_of(carried) if shared.any() else []
    for value in np.flatnonzero(shared):
        carriers = _in_order(
            [_carrier(judged, position, judged.columns.phones[child]) for child, position in rows[value]]
        )
        ours = next(record for record, match, _, _ in carriers if match.probability >= 0.5)
        theirs = next(record for record, match, _, _ in carriers if match.probability < 0.5)
        found[carried.group[value]].append(
            f"one phone, two people: {ours.provider} {ours.record_id} (the subject) "
            f"and {theirs.provider} {theirs.record_id}"
        )
    starts = judged.columns.candidates.starts.tolist()
    for case, of_case in enumerate(found):
        matches = judged.matches[starts[case] : starts[case + 1]]
        if undecided := sorted(f"{match.provider} {match.record_id}" for match in matches if match.ambiguous):
            of_case.append(f"two people fit the subject: {', '.join(undecided)}")
    return [tuple(sorted(of_case)) for of_case in found]
