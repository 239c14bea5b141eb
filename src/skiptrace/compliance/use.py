"""May this contact be used on this channel at this moment? Asked again each time: facts age, and a grant is not enough.

The account is admitted again, the contact rules run again with what is known by now, and then the rules of use: hours,
frequency, refusals, age of what is known about a number. The answer holds for at most a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from skiptrace.compliance.admission import admit
from skiptrace.compliance.contacts import bars, open_channels
from skiptrace.compliance.gate import STRENGTH, Verdict, decide
from skiptrace.compliance.granting import Granting
from skiptrace.compliance.known import NOTHING, Known
from skiptrace.compliance.location import ZoneEvidence
from skiptrace.compliance.overrides import Override, Review, overridden
from skiptrace.compliance.rulebook import Rule, RuleBook, Stage
from skiptrace.compliance.using import USE, Using, applies, first_day, is_cap, uses_left
from skiptrace.compliance.windows import DAY, TZDATA, Window, tz
from skiptrace.model import Case, Channel, Contact, Effect, Judgement, RuleDecision


@dataclass(frozen=True, slots=True)
class Usability:
    """The answer. ``reasons`` are the decisions that deny; when none does, the notes that go with the use.

    ``windows`` are in UTC, within the coming week; the answer must not be relied on at or after ``expires_at``.
    ``uses_left`` is how often today's caps leave room for, on all contacts together; None when no cap covers the
    channel. ``next_at`` is the earliest moment, from ``at`` on, that hours and caps allow; None in no hour of the week.
    """

    allowed: bool
    channel: Channel
    at: datetime
    reasons: tuple[str, ...]
    windows: tuple[Window, ...]
    evidence: tuple[ZoneEvidence, ...]
    decisions: tuple[RuleDecision, ...]
    tzdata: str
    rules_version: str
    expires_at: datetime
    uses_left: int | None = None
    next_at: datetime | None = None


def can_use(
    contact: Contact,
    channel: Channel,
    at: datetime,
    *,
    case: Case,
    judgement: Judgement,
    rules: RuleBook,
    known: Known = NOTHING,
    overrides: Sequence[Override | Review] = (),
) -> Usability:
    """Whether the contact may be used on the channel at ``at`` (aware), and when in the coming week it may be.

    ``case`` carries the account as it is now, ``judgement`` what was concluded when the contact was found, ``known``
    what has happened since, ``overrides`` what somebody answers for. Raises ValueError for a naive ``at``.
    """
    if at.tzinfo is None:
        raise ValueError("the time of use needs a time zone")
    fresh = replace(case, as_of=at.date())
    granting = Granting(fresh, contact, judgement, known, channel, tuple(overrides))
    opened, of_contact = open_channels(granting, rules)
    using = Using.of(granting, channel, at.astimezone(UTC), rules)
    use = decide(rules, Stage.USE, USE, using, contact.contact_id or contact.kind.value)
    use = overridden(use, overrides, fresh, rules, contact.value)
    admission = admit(fresh, rules, at=using.at, overrides=overrides)
    closed = [d for d in of_contact if channel in bars(d, rules)]
    reasons = [_sentence(d) for d in (*_denying(admission), *closed, *_denying(use))]
    if channel not in opened and not closed:
        reasons.append(f"no rule grants {channel} on this contact; every channel is closed until a rule opens it")
    allowed = not reasons
    windows = _under_caps(using, rules) if channel in opened and admission.allowed else ()
    return Usability(
        allowed=allowed,
        channel=channel,
        at=using.at,
        reasons=tuple(reasons or [_sentence(d) for d in use.decisions if d.effect is Effect.NOTE]),
        windows=windows,
        evidence=using.location.evidence,
        decisions=(*admission.decisions, *of_contact, *use.decisions),
        tzdata=TZDATA,
        rules_version=rules.version,
        expires_at=_expiry(using, allowed=allowed),
        uses_left=min((uses_left(using, rule) for rule in _caps(rules) if applies(using, rule)), default=None),
        next_at=using.at if allowed else next((max(w.start, using.at) for w in windows if w.end > using.at), None),
    )


def _caps(rules: RuleBook) -> list[Rule]:
    return [rule for rule in rules.by_stage[Stage.USE] if is_cap(rule)]


def _denying(verdict: Verdict) -> list[RuleDecision]:
    return [d for d in verdict.decisions if STRENGTH[d.effect] >= STRENGTH[Effect.DENY]]


def _under_caps(using: Using, rules: RuleBook) -> tuple[Window, ...]:
    """The open hours on days on which no cap stands in the way, in any zone."""
    first = {zone: max(first_day(using, rule, zone) for rule in _caps(rules)) for zone in using.zones}
    free = (w for w in using.windows if all(w.start.astimezone(tz(zone)).date() >= day for zone, day in first.items()))
    return tuple(free)


def _sentence(decision: RuleDecision) -> str:
    return f"{decision.rule_id}: {decision.reason} ({decision.citation})"


def _expiry(using: Using, *, allowed: bool) -> datetime:
    """A day at most, and no later than the end of the window that the answer rests on."""
    current = next((w.end for w in using.windows if using.at in w), None)
    latest = using.at + DAY
    return min(latest, current) if allowed and current else latest
