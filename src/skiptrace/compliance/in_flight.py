"""What was learned on the way: bankruptcy, death, minority and doubt about identity, in the records of the subject.

A sure tie is nine equal SSN digits, or the last four with the same surname. Anything less may be somebody else: the
case is held for a person to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skiptrace.compliance.admission import of_birth
from skiptrace.compliance.discrepancies import is_doubted, noticed_in
from skiptrace.compliance.gate import NO, Finding, Gate, Verdict, decide
from skiptrace.compliance.rulebook import Rule, RuleBook, Stage
from skiptrace.model import Case, Fact, Judgement, Party, SourceRecord, Subject


@dataclass(frozen=True, slots=True, repr=False)
class Learning:
    """The question of this gate: all records so far, and how sure it is that each is the subject."""

    case: Case
    records: tuple[SourceRecord, ...]
    probability: dict[tuple[str, str], float]
    conflicts: tuple[str, ...]
    doubted: bool = False
    """A match is capped since a bureau gave notice of an address discrepancy."""

    def possible(self, rule: Rule) -> tuple[SourceRecord, ...]:
        """The records that may be the subject."""
        floor = rule.number("possible_from")
        return tuple(r for r in self.records if self._probability_of(r) >= floor)

    def weight(self, records: Sequence[SourceRecord]) -> float:
        """How many records of the subject these are expected to be."""
        return sum(self._probability_of(r) for r in records)

    def _probability_of(self, record: SourceRecord) -> float:
        return self.probability.get((record.provider, record.record_id), 0.0)


def learned(case: Case, judgement: Judgement, records: Sequence[SourceRecord], rules: RuleBook) -> Verdict:
    """Whether the trace may go on after what the records say. STOP and HOLD end it; no contact is granted then."""
    own = (Party.SUBJECT, Party.UNKNOWN)
    probability = {(m.provider, m.record_id): m.probability for m in judgement.matches if m.party in own}
    noticed = noticed_in(records)
    doubted = any(is_doubted(m) for m in judgement.matches if (m.provider, m.record_id) in noticed)
    question = Learning(case, tuple(records), probability, judgement.conflicts, doubted)
    return decide(rules, Stage.IN_FLIGHT, IN_FLIGHT, question, "records")


def sure(subject: Subject, record: SourceRecord) -> bool:
    """Whether the record carries the subject's SSN, or its last four digits together with the surname."""
    if subject.ssn and record.ssn:
        return subject.ssn == record.ssn
    asked, found = subject.ssn4 or subject.ssn[-4:], record.ssn4 or record.ssn[-4:]
    surnames = {_letters(n.last) for n in subject.names} & {_letters(n.last) for n in record.names}
    return bool(asked) and asked == found and bool(surnames - {""})


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalpha())


def _reported(of_record: Callable[[SourceRecord], Fact], what: str) -> Callable[[Learning, Rule, RuleBook], Finding]:
    def predicate(q: Learning, rule: Rule, book: RuleBook) -> Finding:
        facts = [(r, of_record(r)) for r in q.possible(rule)]
        hits = [r for r, fact in facts if fact is Fact.YES]
        if any(sure(q.case.subject, r) for r in hits):
            return Finding("sure_match", f"a record with the subject's SSN says: {what}")
        if hits:
            return Finding(
                "possible_match", f"a record that may be the subject says: {what}; a person has to verify it"
            )
        if any(fact is Fact.NO for _, fact in facts):
            return Finding(NO, f"a source denies it and none says: {what}")
        return Finding("unheard", f"no source says: {what}; that is not a clearance")

    return predicate


def _minor(q: Learning, rule: Rule, book: RuleBook) -> Finding:
    """Sources err in birth dates, so the records that may be the subject are weighed against each other."""
    majority = int(rule.number("majority"))
    ages = [(r, of_birth(r.birth_date, q.case.as_of, majority).outcome) for r in q.possible(rule)]
    young = [r for r, outcome in ages if outcome == "yes"]
    adult = [r for r, outcome in ages if outcome == NO]
    if not young:
        return Finding(NO, f"no record shows that the subject is under {majority}")
    if of_birth(q.case.subject.birth_date, q.case.as_of, majority).outcome == NO:
        return Finding("contradicted", f"a record shows an age under {majority}, the account's birth date does not")
    if q.weight(adult) > q.weight(young):
        return Finding("contradicted", f"a record shows an age under {majority}, most of the others do not")
    if any(sure(q.case.subject, r) for r in young):
        return Finding("sure_match", f"a record with the subject's SSN shows an age under {majority}")
    return Finding("possible_match", f"a record that may be the subject shows an age under {majority}")


def _conflict(q: Learning, rule: Rule, book: RuleBook) -> Finding:
    if q.conflicts:
        return Finding("conflict", "the sources contradict each other about who the subject is")
    return Finding(NO, "the sources do not contradict each other about who the subject is")


def _discrepancy(q: Learning, rule: Rule, book: RuleBook) -> Finding:
    if q.doubted:
        return Finding("discrepancy", "a bureau gave notice of an address discrepancy: the address is to be confirmed")
    if any(r.address_discrepancy is Fact.YES for r in q.records):
        return Finding("agreed", "a bureau gave notice of an address discrepancy, but a second identifier agrees")
    return Finding(NO, "no bureau gave notice of an address discrepancy")


IN_FLIGHT: Gate[Learning] = {
    "X-03": _reported(lambda r: r.bankrupt, "bankruptcy"),
    "X-04": _reported(lambda r: r.deceased, "death"),
    "X-06": _minor,
    "D-14": _discrepancy,
    "D-15": _conflict,
}
