"""The records of a case as matches: probability, party, and every reason in bits with both values quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from skiptrace.matching.cases import CaseColumns, Question
from skiptrace.matching.columns import Flags, Floats, Ints, Levels
from skiptrace.matching.comparisons import ADDRESS, LEVELS, PHONE, SURNAME
from skiptrace.matching.identity import Identity, Ties
from skiptrace.matching.persons import Person
from skiptrace.matching.sentences import LEVEL_SENTENCES, MEASURE_SENTENCES
from skiptrace.matching.weights import probability
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
_LEAST = 0.005
_LIKELY = 0.2
_APART = 3.0
"""Two records that are nearly as likely (bits) and are not one person leave open which of them is the subject."""


def matches_of(questions: Sequence[Question], columns: CaseColumns, identity: Identity) -> list[Match]:
    """One match per record, in the order of the candidates. Their evidence is written when it is first read."""
    reasons = _Reasons(questions, columns, identity)
    found = zip(
        columns.records,
        identity.probability.tolist(),
        parties_of(identity).tolist(),
        undecided(identity.bits, identity.ties).tolist(),
        strict=True,
    )
    matches = []
    for n, (record, p, party, ambiguous) in enumerate(found):
        match = Match(record.record_id, record.provider, p, _party(record, PARTIES[party]), ambiguous=ambiguous)
        matches.append(evidence_later(match, partial(reasons.of, n)))
    return matches


def strongest_ties(identity: Identity) -> dict[str, Ints]:
    """For each record the other record that decides each measure of the group step; -1 when there is none."""
    flow, p = identity.ties.flow, identity.probability
    there = p[flow.there]
    weights = {"support": there * flow.same, "rival": (1 - there) * flow.same, "conflict": there * flow.other}
    return {name: _strongest(flow.here, flow.there, weight, len(p)) for name, weight in weights.items()}


def _strongest(here: Ints, there: Ints, weight: Floats, count: int) -> Ints:
    best = np.full(count, -1)
    order = np.argsort(weight, kind="stable")
    best[here[order]] = there[order]
    return best


def undecided(bits: Floats, ties: Ties) -> Flags:
    """Records that are each perhaps the subject, about equally likely, and not one person."""
    p = probability(bits)
    flags: Flags = np.zeros(len(p), bool)
    apart = (ties.bits < -_APART).nonzero()[0]
    left, right = ties.left[apart], ties.right[apart]
    clash = (np.minimum(p[left], p[right]) >= _LIKELY) & (np.abs(bits[left] - bits[right]) <= _APART)
    flags[left[clash]] = flags[right[clash]] = True
    return flags


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

    wording: Sequence[tuple[str, str]]
    levels: list[int] | None
    quote: Callable[[Person], str] | None
    deciding: list[int] | None


class _Reasons:
    """The evidence of each record of some cases, written record by record."""

    def __init__(self, questions: Sequence[Question], columns: CaseColumns, identity: Identity) -> None:
        self._questions = questions
        self._columns = columns
        self._identity = identity
        self._asked: dict[tuple[int, Callable[[Person], str]], str] = {}

    def of(self, n: int) -> tuple[Evidence, ...]:
        """Every part of the record's bits that counts, the prior first."""
        found: list[Evidence] = []
        quoted: dict[Callable[[Person], str], tuple[str, str]] = {}
        weights, counting = self._counting
        for at in counting[n]:
            wording, levels, quote, deciding = self._parts[at]
            feature, sentence = wording[levels[n] if levels else 0]
            asked = value = ""
            if deciding:
                value = _named(self._columns.records[deciding[n]]) if deciding[n] >= 0 else ""
            elif quote:
                asked, value = quoted.get(quote) or quoted.setdefault(quote, self._quoted(quote, n))
            found.append(Evidence(feature, weights[at][n], sentence, asked, value))
        return tuple(found)

    def _quoted(self, quote: Callable[[Person], str], n: int) -> tuple[str, str]:
        """Both values compared."""
        key = self._subjects[n], quote
        if key not in self._asked:
            self._asked[key] = quote(self._questions[key[0]].subject)
        return self._asked[key], quote(self._columns.records[n])

    @cached_property
    def _subjects(self) -> list[int]:
        subjects: list[int] = self._columns.candidates.subjects.tolist()
        return subjects

    @cached_property
    def _counting(self) -> tuple[list[list[float]], list[list[int]]]:
        """The bits of every part, and for each record the parts that count for it: the prior, however little it
        weighs."""
        table = np.array([*self._identity.parts.values()])
        counts = np.abs(table) >= _LEAST
        counts[[*self._identity.parts].index("prior")] = True
        return table.tolist(), [np.flatnonzero(of_record).tolist() for of_record in counts.T]

    @cached_property
    def _parts(self) -> list[_Part]:
        levels, deciding = self._identity.compared.levels, strongest_ties(self._identity)
        return [
            _Part(
                wording=_WORDING.get(name) or ((name, MEASURE_SENTENCES[name]),),
                levels=levels[name].tolist() if name in LEVELS else None,
                quote=_QUOTES.get(_QUOTED_FROM.get(name, name)),
                deciding=deciding[name].tolist() if name in deciding else None,
            )
            for name in self._identity.parts
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
