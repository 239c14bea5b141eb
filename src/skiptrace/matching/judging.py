"""The whole judgement of one case: who each record is, and where the subject can be reached as of a day."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

from skiptrace.model import (
    Address,
    AddressCheck,
    AddressSighting,
    Contact,
    ContactKind,
    ContactStatus,
    EmailSighting,
    Evidence,
    Fact,
    Ground,
    Judgement,
    LineType,
    Match,
    Name,
    Outcome,
    OutcomeKind,
    PartialDate,
    Party,
    PhoneCheck,
    PhoneSighting,
    SourceRecord,
    Subject,
)

WRITE_BACK = 0.5
SURE = 0.9
PRIOR_BITS = -1.5


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", " ", text.upper()).strip()


def _address_key(address: Address) -> str:
    return f"{_letters(address.line + ' ' + address.unit)}|{address.zip_code[:5] or _letters(address.city)}"


def _phone_key(number: str) -> str:
    return re.sub(r"\D", "", number)[-10:]


def _name_bits(asked: Sequence[Name], found: Sequence[Name]) -> Evidence:
    """First and last name agree, or how far they differ."""
    best = -9.0
    for a in asked:
        for f in found:
            last = _letters(a.last) == _letters(f.last)
            first, other = _letters(a.first), _letters(f.first)
            same_first = first == other or (
                bool(first) and bool(other) and 1 in (len(first), len(other)) and first[0] == other[0]
            )
            best = max(best, (4.0 if last else -2.0) + (3.0 if same_first else -5.0))
    return Evidence(
        "name", best if found else 0.0, _name_bits.__doc__ or "", asked[0].text, found[0].text if found else ""
    )


def _date_bits(asked: PartialDate | None, found: PartialDate | None) -> Evidence | None:
    """The birth dates agree as far as both state them, or contradict each other."""
    if asked is None or found is None:
        return None
    parts = [
        (a, f)
        for a, f in zip((asked.year, asked.month, asked.day), (found.year, found.month, found.day), strict=True)
        if a and f
    ]
    agree = sum(a == f for a, f in parts)
    bits = (
        -7.0
        if agree < len(parts) - (len(parts) == 3)
        else {1: 4.0, 2: 7.0, 3: 10.0}[agree]
        if agree == len(parts)
        else 2.0
    )
    return Evidence("birth_date", bits, _date_bits.__doc__ or "", str(asked), str(found))


def _ssn_bits(asked: str, found: str) -> Evidence | None:
    """The last four digits of the SSN agree, or differ."""
    if not asked or not found:
        return None
    off = sum(a != f for a, f in zip(asked, found, strict=False))
    return Evidence("ssn4", {0: 10.0, 1: -1.0}.get(off, -7.0), _ssn_bits.__doc__ or "", asked, found)


def _shared_bits(
    feature: str, asked: Iterable[str], found: Iterable[str], bits: float, sentence: str
) -> Evidence | None:
    shared = (set(asked) & set(found)) - {""}
    return Evidence(feature, bits, sentence, min(shared), min(shared)) if shared else None


def _suffix_bits(asked: str, found: str) -> Evidence | None:
    """The generation suffixes agree, or name another generation."""
    a, f = _letters(asked), _letters(found)
    if not a and not f:
        return None
    return Evidence("suffix", 1.0 if a == f else -4.0 if a and f else -1.0, _suffix_bits.__doc__ or "", asked, found)


def _weigh(subject: Subject, record: SourceRecord) -> tuple[Evidence, ...]:
    found_name = record.names[0] if record.names else Name()
    ssn4s = subject.ssn4 or subject.ssn[-4:], record.ssn4 or record.ssn[-4:]
    reasons = (
        Evidence("prior", PRIOR_BITS, "Before anything is compared: how often a searched record is the subject"),
        _name_bits(subject.names, record.names),
        _date_bits(subject.birth_date, record.birth_date),
        _ssn_bits(*ssn4s),
        _suffix_bits(subject.name.suffix, found_name.suffix),
        _shared_bits(
            "address",
            (_address_key(s.address) for s in subject.addresses),
            (_address_key(s.address) for s in record.addresses),
            5.0,
            "The record carries an address of the account",
        ),
        _shared_bits(
            "phone",
            (_phone_key(s.number) for s in subject.phones),
            (_phone_key(s.number) for s in record.phones),
            6.0,
            "The record carries a phone of the account",
        ),
    )
    return tuple(r for r in reasons if r is not None)


def _probability(bits: float) -> float:
    return 1 / (1 + 2 ** -max(min(bits, 60.0), -60.0))


def _party(subject: Subject, record: SourceRecord, probability: float) -> Party:
    if probability >= 0.5:
        return Party.SUBJECT
    if record.relation:
        return Party.RELATIVE
    if _letters(subject.name.last) in {_letters(n.last) for n in record.names}:
        return Party.RELATIVE
    here = {_address_key(s.address) for s in subject.addresses}
    return Party.HOUSEHOLD if here & {_address_key(s.address) for s in record.addresses} else Party.THIRD_PARTY


@dataclass(slots=True)
class _Seen:
    """One value with everybody who carries it."""

    kind: ContactKind
    key: str
    sightings: list[tuple[SourceRecord, Match, AddressSighting | PhoneSighting | EmailSighting]] = field(
        default_factory=list
    )


def _sightings(records: Sequence[SourceRecord], matches: Sequence[Match]) -> list[_Seen]:
    seen: dict[tuple[ContactKind, str], _Seen] = {}
    for record, match in zip(records, matches, strict=True):
        rows: list[tuple[ContactKind, str, AddressSighting | PhoneSighting | EmailSighting]] = [
            *((ContactKind.ADDRESS, _address_key(s.address), s) for s in record.addresses),
            *((ContactKind.PHONE, _phone_key(s.number), s) for s in record.phones),
            *((ContactKind.EMAIL, s.email.strip().lower(), s) for s in record.emails),
        ]
        for kind, key, sighting in rows:
            if key.strip("| "):
                seen.setdefault((kind, key), _Seen(kind, key)).sightings.append((record, match, sighting))
    return list(seen.values())


def _contact(seen: _Seen, newest: dict[ContactKind, int], as_of: date, subject: Subject) -> Contact:
    best_record, best_match, best = max(
        seen.sightings, key=lambda s: (s[1].probability, s[2].last_seen or PartialDate(1800))
    )
    sure = [(r, m, s) for r, m, s in seen.sightings if m.probability >= SURE] or [(best_record, best_match, best)]
    last = max((s.last_seen for _, _, s in sure if s.last_seen), default=None)
    first = min((s.first_seen for _, _, s in sure if s.first_seen), default=None)
    upstreams = {r.upstream or r.provider for r, _, _ in sure}
    age = as_of.year - last.year if last else 10
    moved_on = (newest[seen.kind] - last.year) if last else 5
    bits = 1.5 - 0.4 * age - 0.8 * max(moved_on, 0) + 0.8 * (len(upstreams) - 1)
    probability = best_match.probability * _probability(bits)
    likely = probability >= WRITE_BACK and best_match.party is Party.SUBJECT
    status = (
        ContactStatus.CANDIDATE
        if not likely
        else ContactStatus.VERIFIED
        if len(upstreams) > 1
        else ContactStatus.LIKELY
    )
    return Contact(
        kind=seen.kind,
        value=_display(seen, best),
        probability=probability,
        party=best_match.party,
        contact_id=_contact_id(subject, seen.kind, seen.key),
        status=status,
        address=best.address if isinstance(best, AddressSighting) else None,
        line_type=best.line_type if isinstance(best, PhoneSighting) else LineType.UNKNOWN,
        first_seen=first,
        last_seen=last,
        grounds=tuple(Ground(r.provider, r.record_id, r.upstream, r.call_id, r.pointer) for r, _, _ in seen.sightings),
        evidence=(
            Evidence(
                "identity",
                math.log2(max(best_match.probability, 1e-9)),
                "The record is the subject",
                "",
                best_record.record_id,
            ),
            Evidence(
                "recency",
                bits,
                "How recent the newest sure sighting is, and how many sources agree",
                str(as_of),
                str(last or ""),
            ),
        ),
    )


def _display(seen: _Seen, sighting: AddressSighting | PhoneSighting | EmailSighting) -> str:
    if isinstance(sighting, AddressSighting):
        return sighting.address.text.upper()
    return f"+1{seen.key}" if seen.kind is ContactKind.PHONE else seen.key


def _contact_id(subject: Subject, kind: ContactKind, key: str) -> str:
    """Stable for a contact of a subject over all traces; tells nothing without the subject's data."""
    secret = blake2b(
        "|".join((subject.name.text, subject.ssn, subject.ssn4, str(subject.birth_date))).encode(), digest_size=32
    )
    return blake2b(f"{kind}|{key}".encode(), key=secret.digest(), digest_size=8).hexdigest()


def judge(
    subject: Subject,
    records: Sequence[SourceRecord],
    *,
    checks: Sequence[PhoneCheck | AddressCheck] = (),
    as_of: date,
    outcomes: Sequence[Outcome] = (),
) -> Judgement:
    """Match every record to the subject and rank the contacts they carry, best first.

    ``checks`` and ``outcomes`` are what providers said of a number or address, and what happened when a contact of
    the same subject was used. Pure: the same values give the same judgement.
    """
    matches = []
    for record in records:
        evidence = _weigh(subject, record)
        p = _probability(sum(e.bits for e in evidence))
        matches.append(Match(record.record_id, record.provider, p, _party(subject, record, p), evidence))
    seen = _sightings(records, matches)
    newest = {
        kind: max(
            (
                s.last_seen.year
                for v in seen
                if v.kind is kind
                for _, m, s in v.sightings
                if s.last_seen and m.probability >= SURE
            ),
            default=0,
        )
        for kind in ContactKind
    }
    contacts = [_contact(v, newest, as_of, subject) for v in seen]
    dead = {_phone_key(c.number) for c in checks if isinstance(c, PhoneCheck) and Fact.NO in (c.connected, c.valid)}
    dead |= {_address_key(c.asked) for c in checks if isinstance(c, AddressCheck) and c.deliverable is Fact.NO}
    bad = {_contact_id(subject, v.kind, v.key) for v in seen if v.key in dead}
    bad |= {
        o.contact_id
        for o in outcomes
        if o.kind in (OutcomeKind.WRONG_PARTY, OutcomeKind.DISCONNECTED, OutcomeKind.RETURNED_MAIL)
    }
    contacts = [_suppressed(c) if c.contact_id in bad else c for c in contacts]
    return Judgement(as_of, tuple(matches), tuple(sorted(contacts, key=lambda c: (-c.probability, c.contact_id))))


def _suppressed(contact: Contact) -> Contact:
    from dataclasses import replace

    return replace(contact, status=ContactStatus.SUPPRESSED, probability=0.0)
