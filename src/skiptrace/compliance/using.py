"""The rules at the moment of use: hours, frequency, refusals, age of what is known about a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from skiptrace.compliance.contacts import hours_of
from skiptrace.compliance.gate import NO, Finding, Gate
from skiptrace.compliance.granting import Granting
from skiptrace.compliance.known import CONSENTED, VOICE, Known
from skiptrace.compliance.location import Location, believed_addresses, locate
from skiptrace.compliance.rulebook import Rule, RuleBook, Stage
from skiptrace.compliance.windows import QuietDays, Window, earliest_day, tz, windows
from skiptrace.model import Address, Attempt, Case, Channel, Contact, Reassigned

HORIZON_DAYS = 7
"""How many days ahead the windows are listed."""


@dataclass(frozen=True, slots=True, repr=False)
class Using:
    """The question of this gate. ``addresses`` are where the person may live; ``windows`` the open hours to come."""

    case: Case
    contact: Contact
    channel: Channel
    at: datetime
    known: Known
    location: Location
    windows: tuple[Window, ...]
    addresses: tuple[Address, ...]

    @classmethod
    def of(cls, q: Granting, channel: Channel, at: datetime, rules: RuleBook) -> Self:
        """The question that follows from the contact gate's own, with the place and its open hours worked out."""
        hours, contacts = rules.rule("B-09"), q.judgement.contacts
        location = locate(q.contact, case=q.case, contacts=contacts, hours=hours, known=q.known, at=at)
        quiet = QuietDays(rules.profile.quiet_weekdays, rules.profile.quiet_dates)
        opened = windows(location.zones, hours_of(hours), at, HORIZON_DAYS, q.known.inconvenient, quiet=quiet)
        addresses = believed_addresses(q.case, contacts, hours, q.known)
        return cls(q.case, q.contact, channel, at, q.known, location, opened, addresses)

    @property
    def zones(self) -> tuple[str, ...]:
        """Zones to count calendar days in: where the person may be, or UTC when that is unknown."""
        return tuple(sorted(self.location.zones)) or ("Etc/UTC",)

    def aged(self, since: datetime | None, days: float) -> bool:
        """Whether something is missing or older than so many days."""
        return since is None or self.at - since > timedelta(days=days)


def is_cap(rule: Rule) -> bool:
    """Whether the rule limits how often its channels may be used."""
    return "most" in rule.settings and Stage.USE in rule.stages


def first_day(q: Using, rule: Rule, zone: str) -> date:
    """First local day in this zone on which a cap leaves room for one more use; today when it does now."""
    local = tz(zone)
    today = q.at.astimezone(local).date()
    if not applies(q, rule):
        return today
    counted = _counted(q, rule)
    past = [a.at.astimezone(local).date() for a in counted if a.connected]
    day = earliest_day(past, today, int(rule.number("most")), int(rule.number("days")))
    if "after_conversation_days" not in rule.settings:
        return day
    pause = timedelta(days=rule.number("after_conversation_days"))
    return max([day, *(a.at.astimezone(local).date() + pause for a in counted if a.conversation)])


def uses_left(q: Using, rule: Rule) -> int:
    """How many more uses today the cap leaves room for, in the zone where the fewest are left."""
    left = int(rule.number("most"))
    for zone in q.zones:
        local = tz(zone)
        today = q.at.astimezone(local).date()
        if first_day(q, rule, zone) > today:
            return 0
        begin = today - timedelta(days=rule.number("days"))
        past = (a.at.astimezone(local).date() for a in _counted(q, rule) if a.connected)
        left = min(left, int(rule.number("most")) - sum(begin < day <= today for day in past))
    return left


def _counted(q: Using, rule: Rule) -> list[Attempt]:
    """The attempts that the cap counts, on whatever number."""
    any_account = bool(rule.settings.get("any_account"))
    return [
        a
        for a in q.known.attempts
        if a.channel in rule.channels
        and (any_account or a.account_id == q.case.account.account_id)
        and (a.at_work or "at_work" not in rule.settings)
    ]


def applies(q: Using, rule: Rule) -> bool:
    """Whether the rule covers this channel, party, line, date and place. A rule without a place covers every place."""
    settings = rule.settings
    if q.channel not in rule.channels or q.at.date().isoformat() < str(settings.get("from", "")):
        return False
    if "at_work" in settings and not q.known.is_at_work(q.contact):
        return False
    if "line" in settings and q.contact.line_type != settings["line"]:
        return False
    if "states" not in settings:
        return True
    zips = rule.words("zips") if "zips" in settings else ("",)
    return any(a.state.strip().upper() in rule.words("states") and a.zip_code.startswith(zips) for a in q.addresses)


def _cap(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if not applies(q, rule):
        return Finding(NO, "the cap does not cover this channel, line, date or place")
    first = max(first_day(q, rule, zone) for zone in q.zones)
    late = any(first_day(q, rule, zone) > q.at.astimezone(tz(zone)).date() for zone in q.zones)
    cap = f"{rule.settings['most']} in {rule.settings['days']} days"
    if late:
        return Finding("yes", f"the cap of {cap}, or the pause after a conversation, is reached; not before {first}")
    return Finding(NO, f"one more use stays within {cap} and after the pause that follows a conversation")


def _hours(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if q.channel.value not in rule.words("timed_channels"):
        return Finding(NO, "a letter has no hour")
    if not q.location.zones:
        return Finding(
            "location_unknown", "location_unknown: no time zone is known for every sign of where the person is"
        )
    current = next((w for w in q.windows if q.at in w), None)
    if current and current.length < timedelta(hours=rule.number("thin_hours")):
        return Finding(
            "thin", f"thin_window: the hours common to all zones are fewer than {rule.settings['thin_hours']}"
        )
    if current:
        return Finding(NO, f"the time is allowed in every zone until {current.end:%Y-%m-%d %H:%M} UTC")
    if not q.windows:
        return Finding("no_common_time", "no_common_time: no hour is allowed in every zone")
    coming = next((w for w in q.windows if w.start > q.at), None)
    opens = f"; open from {coming.start:%Y-%m-%d %H:%M} UTC ({coming.opened_by})" if coming else ""
    return Finding("outside", f"the time is outside the hours in at least one zone{opens}")


def _places_disagree(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if len({e.zones for e in q.location.evidence}) > 1:
        return Finding("conflict", "the signs of where the person is disagree; the hours of all places count")
    return Finding(NO, "the signs of where the person is agree")


def _work_email(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if q.channel is not Channel.EMAIL or q.contact.value.rpartition("@")[2].lower() in rule.words("consumer_domains"):
        return Finding(NO, "the address is not known to be an employer's")
    return Finding("yes", "the address may be an employer's: its domain is not one of consumer mail")


def _medium_refused(q: Using, rule: Rule, book: RuleBook) -> Finding:
    refusals = (r for r in q.known.refusals if q.channel in r.channels and r.value in ("", q.contact.value))
    if any(not _opened_again(q, r.at) for r in refusals):
        return Finding("yes", "the consumer refused this medium")
    return Finding(NO, "the consumer has not refused this medium")


def _revoked(q: Using, rule: Rule, book: RuleBook) -> Finding:
    revoked = (r for r in q.known.refusals if r.channels & CONSENTED)
    if q.channel in CONSENTED and any(not _opened_again(q, r.at) for r in revoked):
        return Finding("yes", "the consumer revoked consent; that follows the person to every number")
    return Finding(NO, "no consent that this channel rests on was revoked")


def _opened_again(q: Using, since: datetime) -> bool:
    consent = q.known.consent(q.contact.value, q.channel, q.case.account.account_id)
    return consent is not None and consent.at > since


def _line_type_fresh(q: Using, rule: Rule, book: RuleBook) -> Finding:
    check = q.known.check(q.contact.value)
    if q.channel in CONSENTED and q.aged(check.at if check else None, rule.number("days_old")):
        return Finding("yes", f"the line type was not checked in the last {rule.settings['days_old']} days")
    return Finding(NO, "the line type is recent enough for this channel")


def _reassigned(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if q.channel not in VOICE | {Channel.SMS}:
        return Finding(NO, "the channel does not use a telephone number")
    check = q.known.check(q.contact.value)
    if check and check.reassigned is Reassigned.YES:
        return Finding("yes", "the number has changed hands")
    if check is None or check.reassigned is None or q.aged(check.at, rule.number("days_old")):
        return Finding("unasked", f"reassignment was not checked in the last {rule.settings['days_old']} days")
    if check.reassigned is Reassigned.NO_DATA:
        return Finding("no_data", "the reassigned-numbers database has no data; a person has to look")
    consented = q.known.consent(q.contact.value, q.channel, q.case.account.account_id) is not None
    return Finding("checked", f"the number has not changed hands; safe_harbor={str(consented).lower()}")


def _text_procedure(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if q.channel is not Channel.SMS:
        return Finding(NO, "no text message is to be sent")
    check = q.known.check(q.contact.value)
    consent = q.known.consent(q.contact.value, q.channel, q.case.account.account_id)
    checked_at = check.at if check and check.reassigned is Reassigned.NO else None
    if q.aged(checked_at, rule.number("days_old")) and q.aged(consent.at if consent else None, rule.number("days_old")):
        return Finding(
            "stale", f"neither consumer nor database confirmed the number in {rule.settings['days_old']} days"
        )
    return Finding(NO, "the number was confirmed recently enough for a text message")


def _opt_out_notice(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if q.channel in rule.channels:
        return Finding("yes", "requires_optout_notice: the message must say how to stop such messages")
    return Finding(NO, "no electronic message is to be sent")


def _voicemail(q: Using, rule: Rule, book: RuleBook) -> Finding:
    if q.channel in VOICE:
        return Finding("yes", "voicemail: a limited-content message only")
    return Finding(NO, "no call is to be made")


USE: Gate[Using] = {
    "B-07": _cap,
    "B-09": _hours,
    "B-10": _places_disagree,
    "B-12": _work_email,
    "B-13": _medium_refused,
    "B-15": _text_procedure,
    "B-16": _opt_out_notice,
    "B-17": _voicemail,
    "C-03": _line_type_fresh,
    "C-06": _cap,
    "C-07": _reassigned,
    "C-08": _revoked,
    "ST-MA1": _cap,
    "ST-MA2": _cap,
    "ST-WA": _cap,
    "ST-WA2": _cap,
    "ST-NYC": _cap,
    "ST-DC1": _cap,
    "ST-DC2": _cap,
}
