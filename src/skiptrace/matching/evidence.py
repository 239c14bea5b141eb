"""The records of a case as matches: probability, party, and every reason in bits with both values quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from skiptrace.matching.cases import Question
from skiptrace.matching.columns import Levels
from skiptrace.matching.identifying import PLACE, Identified
from skiptrace.matching.identity import Identity
from skiptrace.matching.levels import ADDRESS, LEVELS, PHONE, SURNAME
from skiptrace.matching.persons import Person
from skiptrace.matching.sentences import LEVEL_SENTENCES, MEASURE_SENTENCES
from skiptrace.matching.weights import probability_of
from skiptrace.model import Evidence, Match, Party, SourceRecord
from skiptrace.model.judgement import evidence_later

_QUOTED_FROM = {
    "given_rarity": "given",
    "surname_rarity": "surname",
    "name_at_address": "address",
    "name_with_phone": "phone",
}
_WORDING = {
    name: tuple((f"{name}.{level}", LEVEL_SENTENCES[name].get(level, "")) for level in levels)
    for name, levels in LEVELS.items()
}
_ADDRESS, _PHONE, _SURNAME = PLACE["address"], PLACE["phone"], PLACE["surname"]
_SURE = 0.5
_LEAST = 0.005
_LIKELY = 0.2
_APART = 3.0
"""Two records that are nearly as likely (bits) and are not one person leave open which of them is the subject."""


def matches_of(question: Question, identified: Identified) -> list[Match]:
    """One match per record, in their order. Their evidence is written when it is first read."""
    reasons = _Reasons(question, identified)
    parties, ambiguous = _parties(identified), undecided(identified)
    matches = []
    for n, (record, p, party) in enumerate(zip(question.records, identified.probability, parties, strict=True)):
        match = Match(record.record_id, record.provider, p, _party(record, party), ambiguous=n in ambiguous)
        matches.append(evidence_later(match, partial(reasons.of, n)))
    return matches


def strongest_ties(identified: Identified) -> dict[str, list[int]]:
    """For each record the other record that decides each measure of the group step; -1 when there is none."""
    p, count = identified.probability, len(identified.bits)
    strongest = {name: [(-1.0, -1)] * count for name in ("support", "rival", "conflict")}
    ends = [
        (left, right, probability_of(bits), probability_of(-bits - 3.0)) for left, right, _, bits in identified.ties
    ]
    for here, there, same, other in (*ends, *((right, left, same, other) for left, right, same, other in ends)):
        subject = p[there]
        flows = subject * same, (1.0 - subject) * same, subject * other
        for of_records, flow in zip(strongest.values(), flows, strict=True):
            if flow >= of_records[here][0]:
                of_records[here] = flow, there
    return {name: [there for _, there in found] for name, found in strongest.items()}


def undecided(identified: Identified) -> set[int]:
    """Records that are each perhaps the subject, about equally likely, and not one person."""
    p, bits = identified.probability, identified.bits
    return {
        number
        for left, right, _, tied in identified.ties
        if tied < -_APART and p[left] >= _LIKELY <= p[right] and abs(bits[left] - bits[right]) <= _APART
        for number in (left, right)
    }


def _parties(identified: Identified) -> list[Party]:
    """What ``parties_of`` finds."""
    sure = [p >= _SURE for p in identified.probability]
    at_address, with_phone = ADDRESS["alike"], PHONE["same"]
    lives_with = [levels[_ADDRESS] >= at_address for levels, _, _ in identified.found]
    shares_phone = [levels[_PHONE] == with_phone for levels, _, _ in identified.found]
    for left, right, (levels, _, _), _ in identified.ties:
        if sure[left] != sure[right]:
            other = right if sure[left] else left
            lives_with[other] |= levels[_ADDRESS] >= at_address
            shares_phone[other] |= levels[_PHONE] == with_phone
    return [
        Party.SUBJECT
        if sure[number]
        else Party.HOUSEHOLD
        if lives_with[number]
        else Party.RELATIVE
        if shares_phone[number] and levels[_SURNAME] >= SURNAME["part"]
        else Party.THIRD_PARTY
        for number, (levels, _, _) in enumerate(identified.found)
    ]


PARTIES = (Party.THIRD_PARTY, Party.RELATIVE, Party.HOUSEHOLD, Party.SUBJECT)


def parties_of(identity: Identity) -> Levels:
    """The party of each record, as a place in ``PARTIES``.

    Subject; household, who shares an address with the subject; relative, who shares surname and phone; or third party.
    """
    sure = identity.probability >= 0.5
    levels, ties = identity.compared.levels, identity.ties
    lives_with = levels["address"] >= ADDRESS["alike"]
    near = ties.compared.levels["address"] >= ADDRESS["alike"]
    phone = ties.compared.levels["phone"] == PHONE["same"]
    shares_phone = levels["phone"] == PHONE["same"]
    for one, two in ((ties.left, ties.right), (ties.right, ties.left)):
        lives_with[one[near & sure[two]]] = True
        shares_phone[one[phone & sure[two]]] = True
    family = (levels["surname"] >= SURNAME["part"]) & shares_phone
    parties: Levels = np.maximum(np.maximum(family * np.int8(1), lives_with * np.int8(2)), sure * np.int8(3))
    return parties


def _party(record: SourceRecord, judged: Party) -> Party:
    """The provider's own label decides between the kinds of other people."""
    label = record.relation.lower()
    if judged is Party.SUBJECT or not label:
        return judged
    for party in (Party.HOUSEHOLD, Party.EMPLOYER, Party.ATTORNEY, Party.ESTATE, Party.RELATIVE):
        if party.value in label:
            return party
    return Party.RELATIVE if judged is Party.THIRD_PARTY and "relat" in label else judged


class _Part(NamedTuple):
    """One part of the bits of every record: its level where it is a comparison, what is quoted, and who decided it."""

    bits: Sequence[float]
    wording: Sequence[tuple[str, str]]
    place: int | None
    quote: Callable[[Person], str] | None
    deciding: list[int] | None
    always: bool


class _Reasons:
    """The evidence of each record of a case, written record by record."""

    def __init__(self, question: Question, identified: Identified) -> None:
        self._question = question
        self._identified = identified
        self._asked: dict[Callable[[Person], str], str] = {}

    def of(self, n: int) -> tuple[Evidence, ...]:
        """Every part of the record's bits that counts, the prior first however little it weighs."""
        found: list[Evidence] = []
        quoted: dict[Callable[[Person], str], tuple[str, str]] = {}
        levels, records = self._identified.found[n][0], self._question.records
        for bits, wording, place, quote, deciding, always in self._parts:
            if not always and -_LEAST < bits[n] < _LEAST:
                continue
            feature, sentence = wording[0 if place is None else levels[place]]
            asked = value = ""
            if deciding:
                value = _named(records[deciding[n]]) if deciding[n] >= 0 else ""
            elif quote:
                asked, value = quoted.get(quote) or quoted.setdefault(quote, self._quoted(quote, n))
            found.append(Evidence(feature, bits[n], sentence, asked, value))
        return tuple(found)

    def _quoted(self, quote: Callable[[Person], str], n: int) -> tuple[str, str]:
        """Both values compared."""
        if quote not in self._asked:
            self._asked[quote] = quote(self._question.subject)
        return self._asked[quote], quote(self._question.records[n])

    @cached_property
    def _parts(self) -> list[_Part]:
        deciding = strongest_ties(self._identified)
        return [
            _Part(
                bits=bits,
                wording=_WORDING.get(name) or ((name, MEASURE_SENTENCES[name]),),
                place=PLACE.get(name),
                quote=_QUOTES.get(_QUOTED_FROM.get(name, name)),
                deciding=deciding.get(name),
                always=name == "prior",
            )
            for name, bits in self._identified.parts.items()
        ]


def _named(record: SourceRecord) -> str:
    return f"{record.provider} {record.record_id}"


def _either(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else " / ".join(dict.fromkeys(texts))


_QUOTES: Mapping[str, Callable[[Person], str]] = {
    "given": lambda person: _either([name.first for name in person.names]),
    "surname": lambda person: _either([name.last for name in person.names]),
    "middle": lambda person: _either([name.middle for name in person.names]),
    "suffix": lambda person: _either([name.suffix for name in person.names]),
    "full_name": lambda person: _either([name.text for name in person.names]),
    "birth_date": lambda person: str(person.birth_date or ""),
    "ssn4": lambda person: person.ssn4 or person.ssn[-4:],
    "address": lambda person: _either([sighting.address.text for sighting in person.addresses]),
    "phone": lambda person: _either([sighting.number for sighting in person.phones]),
    "relatives": lambda person: _either([relative.name.text for relative in person.relatives]),
}
