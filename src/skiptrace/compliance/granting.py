"""The rules at the moment a contact is judged: whose it is, what it rests on, what kind of line or place it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from skiptrace.compliance.discrepancies import is_doubted
from skiptrace.compliance.gate import NO, Finding, Gate, of_fact
from skiptrace.compliance.known import NOTHING, Known
from skiptrace.compliance.litigants import is_listed
from skiptrace.compliance.location import Location, believed_addresses, locate
from skiptrace.compliance.overrides import Override, Review
from skiptrace.compliance.places import is_of_care
from skiptrace.compliance.rulebook import Rule, RuleBook
from skiptrace.compliance.zones import (
    area_code,
    is_abroad,
    is_military,
    is_residence,
    zones_of_address,
    zones_of_phone,
)
from skiptrace.model import (
    AccountFact,
    Address,
    Case,
    Channel,
    Contact,
    ContactKind,
    ContactStatus,
    Fact,
    Judgement,
    LineType,
    Match,
    Party,
    Reassigned,
)


@dataclass(frozen=True, repr=False)
class Granting:
    """The question of this gate. ``channel`` is set only when the contact is about to be used."""

    case: Case
    contact: Contact
    judgement: Judgement
    known: Known = NOTHING
    channel: Channel | None = None
    overrides: tuple[Override | Review, ...] = ()

    @cached_property
    def identity(self) -> float:
        """The best probability that a record behind this contact is the subject."""
        return max((m.probability for m in self.matches if m.party is Party.SUBJECT), default=0.0)

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The matches of the records behind this contact."""
        behind = {(g.provider, g.record_id) for g in self.contact.grounds}
        return tuple(m for m in self.judgement.matches if (m.provider, m.record_id) in behind)

    @property
    def consented(self) -> bool:
        """Whether the consumer opened the channel in question on this very contact and account."""
        account_id = self.case.account.account_id
        return bool(self.channel and self.known.consent(self.contact.value, self.channel, account_id))

    def homes(self, book: RuleBook) -> tuple[Address, ...]:
        """Where the person may live."""
        return believed_addresses(self.case, self.judgement.contacts, book.rule("B-09"), self.known)

    def located(self, hours: Rule) -> Location:
        """Where the person may be, as far as this contact and the likely homes tell."""
        contacts = self.judgement.contacts
        return locate(self.contact, case=self.case, contacts=contacts, hours=hours, known=self.known)


def _party(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.contact.party is Party.SUBJECT:
        return Finding(NO, "the contact is the subject's own")
    if q.contact.party is Party.HOUSEHOLD:
        return Finding(
            "household", "the contact is shared with the household; a person has to look before its first use"
        )
    return Finding("yes", f"the contact is of party {q.contact.party}, not the subject's own")


def _employer_in_florida(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    homes = q.homes(book)
    places = (*homes, *(s.address for s in q.case.subject.addresses))
    states = {place.state.strip().upper() for place in places}
    if q.contact.party is not Party.EMPLOYER or not states & set(rule.words("states")):
        return Finding(NO, "the contact is not the employer of a debtor in such a state")
    if q.case.account.fact(AccountFact.JUDGMENT) is Fact.YES:
        return Finding(NO, "there is a judgment")
    return Finding("yes", "an employer must not be contacted before there is a judgment")


def _licence(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    """A state that only the search turned up is checked before anything is written back."""
    licensed, state = book.profile.licensed_states, q.contact.address.state.strip().upper() if q.contact.address else ""
    if licensed is None or not state or state in licensed:
        return Finding(NO, "the agency states a licence for the state of the address, or lists none at all")
    outcome = "enforced" if book.profile.enforce_licences else "yes"
    return Finding(outcome, f"no collection licence is stated for {state}, where the address is")


def _changed_hands(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    check = q.known.check(q.contact.value)
    if check and check.reassigned is Reassigned.YES:
        return Finding("yes", "the number has changed hands")
    return Finding(NO, "no answer on record says that the number has changed hands")


def _suppressed(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.contact.status is ContactStatus.SUPPRESSED:
        return Finding("yes", "the contact is known to be bad")
    return Finding(NO, "nothing is held against the contact")


def _name_alone(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    """A tie needs one strong identifier besides the name, or two weak ones, however rare the name is."""
    if not q.matches:
        return Finding("unknown", "no matched record stands behind the contact")
    strong, weak = rule.words("strong"), rule.words("weak")
    for match in q.matches:
        agreeing = {e.feature for e in match.evidence if e.bits >= rule.number("least_bits")}
        families = {feature.split(".", 1)[0] for feature in agreeing}
        if agreeing & set(strong) or len(families & set(weak)) >= 2:
            return Finding(NO, "more than the name ties the contact to the subject")
    return Finding(
        "yes", "besides the name, neither one strong nor two weak identifiers tie the contact to the subject"
    )


def _discrepancy(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if is_doubted(q.contact):
        return Finding("yes", "a bureau gave notice of an address discrepancy and no second identifier agrees")
    return Finding(NO, "no notice of an address discrepancy stands against the contact")


def _military_place(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.contact.address and is_military(q.contact.address):
        return Finding("yes", "a military address says nothing of where the person is")
    return Finding(NO, "the address is not a military one")


def _workplace(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if not q.known.is_at_work(q.contact):
        return Finding(NO, "the contact is not known to be at work")
    if q.known.work_refused_at or q.case.account.fact(AccountFact.NO_CALLS_AT_WORK) is Fact.YES:
        return Finding("barred", "the consumer or the employer does not allow contact at work")
    return Finding("yes", "the contact is at the consumer's work; a person has to look before its first use")


def _stop_calling(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.known.refused(q.contact.value, rule.channels):
        return Finding("yes", "the consumer refused calls; that holds for numbers found later")
    return of_fact(q.case.account.fact(AccountFact.STOP_CALLING), "the consumer wants no telephone calls")


def _line_type(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.contact.line_type in (LineType.TOLL_FREE, LineType.PREMIUM, LineType.PAGER):
        return Finding("not_a_consumer_phone", f"a {q.contact.line_type} number is not a consumer's phone")
    if area_code(q.contact.value).startswith(rule.words("not_geographic")):
        return Finding("not_a_consumer_phone", "a toll-free, personal or premium number is not a consumer's phone")
    if q.contact.line_type is LineType.LANDLINE:
        return Finding(NO, "the line is a landline")
    return Finding("wireless", f"the line is {q.contact.line_type}: the rules for wireless numbers apply")


def _found_not_given(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.consented:
        return Finding(NO, "the consumer gave the contact for this channel and account")
    return Finding("yes", "the contact was found, not given by the consumer: there is no consent")


def _hours(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.channel is not None:
        return Finding(NO, "the hours are checked at the time of use")
    if q.located(rule).zones:
        return Finding(
            "known", f"calls are allowed {rule.settings['opens']}-{rule.settings['closes']} in every candidate zone"
        )
    return Finding("location_unknown", "location_unknown: the number or a home names no time zone, so no hour is safe")


def _manual_call(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.contact.party is Party.SUBJECT and q.contact.probability >= rule.number("threshold"):
        return Finding("yes", "the number very probably reaches the subject; a call dialled by hand is allowed")
    return Finding(
        "below", f"the probability of reaching the subject is below {rule.number('threshold'):.2f}; review first"
    )


def _letter(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.contact.party is not Party.SUBJECT or q.identity < rule.number("least"):
        return Finding(
            "far_below", f"the person at the address is the subject with less than {rule.number('least'):.2f}"
        )
    if q.identity < rule.number("threshold"):
        return Finding(
            "below", f"the person at the address is the subject with less than {rule.number('threshold'):.2f}"
        )
    if q.contact.status.value not in rule.words("statuses"):
        return Finding("below", "the address is not believed enough to be where the subject lives now")
    if q.contact.address and q.contact.address.line.strip().casefold().startswith(rule.words("not_to")):
        return Finding("care_of", "a letter care of somebody else tells a third party")
    return Finding("yes", "the subject very probably lives at this address; a closed letter is allowed")


def _consent(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.channel in rule.channels and q.consented:
        return Finding("yes", "the consumer consented to this channel on this contact, for this account")
    return Finding(NO, "no consent by the consumer for this contact, channel and account is on record")


def _place_of_care(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if q.contact.address:
        if is_of_care(q.contact.address, rule):
            return Finding("yes", "the address is a jail, a hospital, a shelter or a care home; a person has to look")
    elif any(is_of_care(home, rule) for home in q.homes(book)):
        return Finding("yes", "the consumer may be in a jail, a hospital, a shelter or a care home; review first")
    return Finding(NO, "no address of the consumer names a jail, a hospital, a shelter or a care home")


def _litigant(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    if is_listed(q.contact):
        return Finding("yes", "a vendor lists the number as a litigious consumer's, which is an opinion; review first")
    return Finding(NO, "no vendor lists the number as a litigious consumer's")


def _landline_elsewhere(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    """Only a landline stands where its exchange is; anything else may have been ported or carried away."""
    there = zones_of_phone(q.contact.value)
    homes = frozenset().union(*(zones_of_address(home) for home in q.homes(book) if is_residence(home)))
    if q.contact.line_type is not LineType.LANDLINE or not there or not homes or there & homes:
        return Finding(NO, "the number is no landline, or its exchange is where a likely home may be")
    return Finding("yes", "the landline's exchange is in no zone of a likely home; a person has to look")


def _abroad(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    number = q.contact.value
    foreign = q.contact.kind is ContactKind.PHONE and not zones_of_phone(number)
    tollfree = area_code(number).startswith(book.rule("C-02").words("not_geographic"))
    if (foreign and not tollfree) or (q.contact.address and is_abroad(q.contact.address)):
        return Finding("yes", "the address or number is not one of the United States; a person has to look")
    return Finding(NO, "nothing says that the address or number is abroad")


def _work_refused(q: Granting, rule: Rule, book: RuleBook) -> Finding:
    refused_at, days = q.known.work_refused_at, rule.number("days")
    in_state = any(home.state.strip().upper() in rule.words("states") for home in q.homes(book))
    if in_state and q.known.is_at_work(q.contact) and refused_at and (q.case.as_of - refused_at.date()).days <= days:
        return Finding("yes", f"contact at work was refused; a spoken word binds for {days:g} days")
    return Finding(NO, "contact at work was not refused of late, or the consumer lives elsewhere")


CONTACT: Gate[Granting] = {
    "A-17": _licence,
    "X-05": _military_place,
    "X-11": _suppressed,
    "D-14": _discrepancy,
    "D-15": _name_alone,
    "B-05": _party,
    "B-09": _hours,
    "B-11": _workplace,
    "B-13": _stop_calling,
    "B-14": _found_not_given,
    "B-15": _found_not_given,
    "B-18": _letter,
    "C-01": _found_not_given,
    "C-02": _line_type,
    "C-07": _changed_hands,
    "C-10": _consent,
    "Q-10": _manual_call,
    "Q-18": _place_of_care,
    "Q-19": _litigant,
    "B-24": _landline_elsewhere,
    "Q-17": _abroad,
    "ST-FL": _employer_in_florida,
    "ST-MA4": _work_refused,
}
