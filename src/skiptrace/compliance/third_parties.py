"""May somebody else be asked where the consumer is? Once per person, by a person, never by a batch.

A positive answer is one contact with one third party. What the caller may say there is outside this program.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from skiptrace.compliance.contacts import hours_of
from skiptrace.compliance.gate import NO, Finding, Gate, Verdict, decide
from skiptrace.compliance.rulebook import Rule, RuleBook, Stage
from skiptrace.compliance.windows import tz
from skiptrace.model import AccountFact, Case, Fact, Party


@dataclass(frozen=True, slots=True, repr=False)
class Asking:
    """The question of this gate. ``person`` and ``log`` hold opaque keys of third persons, not their names.

    ``at`` is the moment of asking, ``asked`` when anybody was asked of this consumer, ``zones`` where this person is.
    """

    case: Case
    person: str
    party: Party
    log: tuple[str, ...]
    reason: str
    attempts: int = 0
    at: datetime | None = None
    asked: tuple[datetime, ...] = ()
    zones: tuple[str, ...] = ()

    def in_states(self, rule: Rule) -> bool:
        return any(s.address.state.strip().upper() in rule.words("states") for s in self.case.subject.addresses)


def may_contact_third_party(
    case: Case,
    person: str,
    party: Party,
    rules: RuleBook,
    *,
    log: Sequence[str] = (),
    reason: str = "",
    attempts: int = 0,
    at: datetime | None = None,
    asked: Sequence[datetime] = (),
    zones: Iterable[str] = (),
) -> Verdict:
    """Whether this person may be asked for the consumer's location. HOLD asks for a supervisor's release.

    ``log`` lists the keys of third persons already contacted about this consumer; ``reason`` is one of the rule's own
    reasons for a second contact; ``attempts`` counts the attempts to reach the consumer about this account; ``asked``
    tells when third persons were asked about the consumer, ``zones`` where this one may be.
    """
    question = Asking(case, person, party, tuple(log), reason, attempts, at, tuple(asked), tuple(sorted(zones)))
    return decide(rules, Stage.THIRD_PARTY, THIRD_PARTY, question, "third_party")


def _once(q: Asking, rule: Rule, book: RuleBook) -> Finding:
    if q.case.batch_id:
        return Finding("batch", "a batch never asks third parties")
    if q.person not in q.log:
        return Finding(NO, "this person has not been contacted about the consumer")
    if q.reason in rule.words("reasons"):
        return Finding("again", f"a second contact ({q.reason}) needs a supervisor's release")
    return Finding("yes", "this person has been contacted once already; a second time takes a release with a reason")


def _attorney(q: Asking, rule: Rule, book: RuleBook) -> Finding:
    if q.case.account.fact(AccountFact.ATTORNEY) in (Fact.YES, Fact.UNKNOWN):
        return Finding("yes", "an attorney represents the consumer, or may; nobody else is asked")
    return Finding(NO, "no attorney is known to represent the consumer")


def _employer_before_judgment(q: Asking, rule: Rule, book: RuleBook) -> Finding:
    if q.party is Party.EMPLOYER and q.in_states(rule) and q.case.account.fact(AccountFact.JUDGMENT) is not Fact.YES:
        return Finding("yes", "an employer must not be contacted before there is a judgment")
    return Finding(NO, "the person is not the employer of a debtor without judgment in such a state")


def _attempts_first(q: Asking, rule: Rule, book: RuleBook) -> Finding:
    least = int(rule.number("least_attempts"))
    if q.in_states(rule) and q.attempts < least:
        return Finding("yes", f"fewer than {least} attempts to reach the consumer are on record")
    return Finding(NO, "enough attempts to reach the consumer are on record, or none are asked for where they live")


def _others_in_a_week(q: Asking, rule: Rule, book: RuleBook) -> Finding:
    most, days = int(rule.number("most")), rule.number("days")
    lately = [one for one in q.asked if q.at is None or q.at - one < timedelta(days=days)]
    if q.in_states(rule) and len(lately) >= most:
        return Finding("yes", f"others were asked {len(lately)} times in {days:g} days; {most} is the most")
    return Finding(NO, "others were asked seldom enough, or the consumer lives elsewhere")


def _hours_of_others(q: Asking, rule: Rule, book: RuleBook) -> Finding:
    """Where the hours of the person asked are unknown, those of the rule's own zone hold."""
    if not q.in_states(rule):
        return Finding(NO, "the consumer lives elsewhere")
    zones, hours = q.zones or (str(rule.settings["otherwise"]),), hours_of(book.rule("B-09"))
    if q.at is None or not all(q.at in hours.on(q.at.astimezone(tz(zone)).date(), zone) for zone in zones):
        return Finding("yes", f"it is not between 8:00 and 21:00 in {', '.join(zones)}")
    return Finding(NO, "it is between 8:00 and 21:00 where the person is")


def _closed_place(q: Asking, rule: Rule, book: RuleBook) -> Finding:
    if q.in_states(rule):
        return Finding("yes", "third parties are not asked where the consumer lives")
    return Finding(NO, "the consumer lives where third parties may be asked")


THIRD_PARTY: Gate[Asking] = {
    "X-02": _attorney,
    "B-03": _once,
    "ST-MA3": _attempts_first,
    "ST-MA5": _others_in_a_week,
    "ST-MA6": _hours_of_others,
    "ST-DC3": _closed_place,
    "ST-FL": _employer_before_judgment,
}
