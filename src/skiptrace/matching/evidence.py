"""The records of a case as matches: probability, party, and every reason in bits with both values quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from skiptrace.matching.columns import Flags, Floats, Ints
from skiptrace.matching.comparisons import ADDRESS, LEVELS, SURNAME
from skiptrace.matching.identity import Identity, Ties
from skiptrace.matching.sentences import LEVEL_SENTENCES, MEASURE_SENTENCES
from skiptrace.matching.weights import Parameters, probability
from skiptrace.model import Evidence, Match, Name, Party, SourceRecord, Subject

_QUOTED = ("given", "surname", "middle", "suffix", "full_name", "birth_date", "ssn4", "address", "phone")
_QUOTED_FROM = {
    "given_rarity": "given",
    "surname_rarity": "surname",
    "name_at_address": "address",
    "name_with_phone": "phone",
}
_LIKELY = 0.2
_APART = 3.0
"""Two records that are nearly as likely (bits) and are not one person leave open which of them is the subject."""


def matches_of(
    subject: Subject, records: Sequence[SourceRecord], identity: Identity, parameters: Parameters
) -> tuple[Match, ...]:
    """One match per record, in the order of the records."""
    bits = identity_parts(identity, parameters)
    ambiguous = undecided(identity.bits, identity.ties)
    parties = parties_of(identity)
    reasons = _Reasons(subject, records, identity, bits, strongest_ties(identity))
    return tuple(
        Match(
            record.record_id,
            record.provider,
            float(p),
            _party(record, Party(parties[n])),
            reasons.of(n),
            bool(ambiguous[n]),
        )
        for n, (record, p) in enumerate(zip(records, identity.probability, strict=True))
    )


def identity_parts(identity: Identity, parameters: Parameters) -> dict[str, Floats]:
    """Bits of every comparison and of the group step; with the prior they add up to ``identity.bits``."""
    parts = parameters.identity.parts(identity.compared.levels, identity.measures)
    if parameters.group:
        weights = parameters.group[-1]
        group = weights.parts({}, identity.group)
        group["alone"] = group["alone"] + weights.prior - identity.alone
        parts |= group
    return {"prior": np.full(len(identity.bits), parameters.identity.prior)} | parts


def strongest_ties(identity: Identity) -> dict[str, Ints]:
    """For each record the other record that decides each measure of the group step; -1 when there is none."""
    ties, p = identity.ties, identity.probability
    here, there = np.concatenate((ties.left, ties.right)), np.concatenate((ties.right, ties.left))
    same = np.tile(probability(ties.bits), 2)
    other = np.tile(probability(-ties.bits - _APART), 2)
    weights = {"support": p[there] * same, "rival": (1 - p[there]) * same, "conflict": p[there] * other}
    return {name: _strongest(here, there, weight, len(p)) for name, weight in weights.items()}


def _strongest(here: Ints, there: Ints, weight: Floats, count: int) -> Ints:
    best = np.full(count, -1)
    order = np.argsort(weight, kind="stable")
    best[here[order]] = there[order]
    return best


def undecided(bits: Floats, ties: Ties) -> Flags:
    """Records that are each perhaps the subject, about equally likely, and not one person."""
    p = probability(bits)
    clash = (
        (np.minimum(p[ties.left], p[ties.right]) >= _LIKELY)
        & (np.abs(bits[ties.left] - bits[ties.right]) <= _APART)
        & (ties.bits < -_APART)
    )
    flags: Flags = np.zeros(len(p), bool)
    flags[ties.left[clash]] = flags[ties.right[clash]] = True
    return flags


def parties_of(identity: Identity) -> list[str]:
    """The party of each record.

    Subject; household, who shares an address with the subject; relative, who shares surname and phone; or third party.
    """
    sure = identity.probability >= 0.5
    levels, ties = identity.compared.levels, identity.ties
    lives_with = levels["address"] >= ADDRESS["alike"]
    near = ties.compared.levels["address"] >= ADDRESS["alike"]
    phone = ties.compared.levels["phone"] == len(LEVELS["phone"]) - 1
    shares_phone = levels["phone"] == len(LEVELS["phone"]) - 1
    for one, two in ((ties.left, ties.right), (ties.right, ties.left)):
        lives_with[one[near & sure[two]]] = True
        shares_phone[one[phone & sure[two]]] = True
    family = levels["surname"] >= SURNAME["part"]
    names = np.full(len(sure), Party.THIRD_PARTY.value, object)
    names[family & shares_phone] = Party.RELATIVE.value
    names[lives_with] = Party.HOUSEHOLD.value
    names[sure] = Party.SUBJECT.value
    result: list[str] = names.tolist()
    return result


def _party(record: SourceRecord, judged: Party) -> Party:
    """The provider's own label decides between the kinds of other people."""
    label = record.relation.lower()
    if judged is Party.SUBJECT or not label:
        return judged
    for party in (Party.HOUSEHOLD, Party.EMPLOYER, Party.ATTORNEY, Party.ESTATE, Party.RELATIVE):
        if party.value in label:
            return party
    return Party.RELATIVE if judged is Party.THIRD_PARTY and "relat" in label else judged


class _Reasons:
    """Turns the bits of one record into evidence."""

    def __init__(
        self,
        subject: Subject,
        records: Sequence[SourceRecord],
        identity: Identity,
        parts: Mapping[str, Floats],
        tied: Mapping[str, Ints],
    ) -> None:
        self._records, self._tied = records, tied
        self._asked = {quoted: _quoted(quoted, subject) for quoted in _QUOTED}
        self._bits = {name: column.tolist() for name, column in parts.items()}
        self._levels = {name: levels.tolist() for name, levels in identity.compared.levels.items()}

    def of(self, n: int) -> tuple[Evidence, ...]:
        found: dict[str, str] = {}
        weights = ((name, bits[n]) for name, bits in self._bits.items())
        return tuple(self._one(name, n, bits, found) for name, bits in weights if name == "prior" or abs(bits) >= 0.005)

    def _one(self, name: str, n: int, bits: float, found: dict[str, str]) -> Evidence:
        if name in self._tied and self._tied[name][n] >= 0:
            other = self._records[self._tied[name][n]]
            return Evidence(name, bits, MEASURE_SENTENCES[name], "", f"{other.provider} {other.record_id}")
        quoted = _QUOTED_FROM.get(name, name)
        if quoted not in self._asked:
            return Evidence(name, bits, MEASURE_SENTENCES[name])
        if quoted not in found:
            found[quoted] = _quoted(quoted, self._records[n])
        if name not in LEVELS:
            return Evidence(name, bits, MEASURE_SENTENCES[name], self._asked[quoted], found[quoted])
        level = LEVELS[name][self._levels[name][n]]
        return Evidence(f"{name}.{level}", bits, LEVEL_SENTENCES[name][level], self._asked[quoted], found[quoted])


def _quoted(name: str, person: Subject | SourceRecord) -> str:
    names = person.names or (Name(),)
    if name in ("given", "middle", "surname", "suffix"):
        field = {"given": "first", "surname": "last"}.get(name, name)
        return " / ".join(dict.fromkeys(getattr(item, field) for item in names))
    if name == "birth_date":
        return str(person.birth_date or "")
    if name == "ssn4":
        return person.ssn4 or person.ssn[-4:]
    if name == "full_name":
        return " / ".join(dict.fromkeys(item.text for item in names))
    if name == "address":
        return " / ".join(dict.fromkeys(sighting.address.text for sighting in person.addresses))
    return " / ".join(dict.fromkeys(sighting.number for sighting in person.phones))
