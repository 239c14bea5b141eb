"""May we look for this person at all? Rules A-01 to A-03 and X-01 to X-15, before any provider is asked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from skiptrace.compliance.gate import NO, NOT_STATED, Finding, Gate, Verdict, decide, of_fact
from skiptrace.compliance.overrides import Override, Review, overridden
from skiptrace.compliance.rulebook import Rule, RuleBook, Stage
from skiptrace.model import AccountFact, Case, Fact, PartialDate, Purpose, SearchKind

UNREGULATED = {"FCRA_NONE", "GLBA_NONE", "DPPA_NONE", "DMF_NONE"}


@dataclass(frozen=True, slots=True, repr=False)
class Admission:
    """The question of this gate. ``at`` is the moment of asking; None when age does not matter."""

    case: Case
    at: datetime | None = None

    @property
    def search(self) -> SearchKind:
        return self.case.search

    def fact(self, which: AccountFact) -> Fact:
        return self.case.account.fact(which)

    def condition(self, book: RuleBook) -> str:
        """The platform's state word in the rules' vocabulary; empty when the word is not in it."""
        return book.account_states.get(self.case.account.state.strip().casefold().replace("_", " "), "")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as a whole: how many rows, under whose certification."""

    rows: int
    purpose: Purpose


def admit(
    case: Case, rules: RuleBook, *, at: datetime | None = None, overrides: Sequence[Override | Review] = ()
) -> Verdict:
    """Whether this case may be searched at this moment: refuse, hold, or go on (pass, note)."""
    verdict = decide(rules, Stage.ADMISSION, ADMISSION, Admission(case, at), "case")
    return overridden(verdict, overrides, case, rules)


def admit_batch(rows: int, purpose: Purpose, rules: RuleBook) -> Verdict:
    """Whether a batch of so many rows may start under this certification. Each row is still admitted by itself."""
    return decide(rules, Stage.BATCH, BATCH, Batch(rows, purpose), "batch")


def _purpose(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    purpose = q.case.purpose
    declared = (purpose.fcra, purpose.glba, purpose.dppa, purpose.dmf)
    for statute, code in zip(("fcra", "glba", "dppa", "dmf"), declared, strict=True):
        if code not in UNREGULATED and (code not in book.purposes or not code.startswith(statute.upper())):
            return Finding(
                "undeclared", f"no known {statute} purpose is declared; use one of the project's codes or *_NONE"
            )
    if not _certified(purpose):
        return Finding("undeclared", "nobody has certified the purpose; give the name of a person and the time")
    uses = {book.purposes[code].collection for code in purpose.codes}
    if "no" in uses:
        return Finding("not_for_collection", "a declared purpose is not open to the collection of an account")
    if "review" in uses:
        return Finding("review", "a declared purpose fits collection only in special cases; a person has to decide")
    if not purpose.codes:
        return Finding("unregulated_only", "no permissible use is declared; only unregulated data may be asked for")
    return Finding(NO, "a valid purpose is declared and certified")


def _certified(purpose: Purpose) -> bool:
    return bool(purpose.certified_by.strip()) and purpose.certified_at is not None


def _account(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    account = q.case.account
    if not account.account_id.strip() or not q.case.requester.strip():
        return Finding("yes", "a search needs an account and a requester")
    if not account.state.strip():
        return Finding("yes", "the account's state is missing; an account must be open")
    if not q.condition(book):
        return Finding("yes", "the account's state is a word that the rules do not know; an account must be open")
    if not account.balance > 0:
        return Finding("yes", "nothing is owed: the balance is zero or less")
    return Finding(NO, "one person, one account with a balance, one requester")


def _fresh(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    stated, hours = q.case.account.stated_at, rule.number("hours")
    if q.at is None or stated is None:
        return Finding(NOT_STATED, "the platform does not say when it stated the account; the certification covers it")
    if q.at - stated > timedelta(hours=hours):
        return Finding("stale", f"the account was stated more than {hours:g} hours ago; state it again")
    return Finding(NO, f"the account was stated within {hours:g} hours")


def _batch_row(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if not q.case.batch_id:
        return Finding(NO, "the case is not part of a batch")
    if not _certified(q.case.purpose):
        return Finding("yes", "the batch has no certification of use by a named person")
    return Finding(NO, "the batch is certified by a named person")


def _batch(q: Batch, rule: Rule, book: RuleBook) -> Finding:
    most = int(rule.number("most_rows"))
    if q.rows > most:
        return Finding(
            "yes", f"{q.rows} rows are more than the {most} that one certification may cover; split the batch"
        )
    if not _certified(q.purpose):
        return Finding("yes", "the batch has no certification of use by a named person")
    return Finding(NO, f"{q.rows} rows under one certification by a named person")


def _cease(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if q.condition(book) == "ceased" or q.fact(AccountFact.CEASE) is Fact.YES:
        if q.search is SearchKind.LEGAL_REMEDY_ADDRESS:
            return Finding(
                "legal_remedy", "communication has ceased; only an address for notice of a legal remedy is sought"
            )
        return Finding("yes", "the consumer asked in writing that communication about this debt cease")
    if q.fact(AccountFact.OTHER_DEBT_CEASED) is Fact.YES:
        return Finding(
            "other_debt", "communication has ceased on another debt of this consumer; this one is not affected"
        )
    return of_fact(q.fact(AccountFact.CEASE), "communication has ceased")


def _attorney(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if q.condition(book) == "represented" or q.fact(AccountFact.ATTORNEY) is Fact.YES:
        if q.search is SearchKind.ATTORNEY_CONTACT:
            return Finding("attorney_job", "the consumer is represented; only the attorney is sought")
        if q.fact(AccountFact.ATTORNEY_DETAILS) in (Fact.NO, Fact.UNKNOWN):
            return Finding(
                "details_missing", "the consumer is represented, but the attorney's name and address are not known"
            )
        return _through_attorney_only(q, rule)
    return of_fact(q.fact(AccountFact.ATTORNEY), "an attorney represents the consumer")


def _through_attorney_only(q: Admission, rule: Rule) -> Finding:
    """Two things open the way to the consumer again: the attorney's consent, or silence for a reasonable period."""
    if q.fact(AccountFact.ATTORNEY_CONSENT) is Fact.YES:
        return Finding("consented", "the attorney consents to direct contact with the consumer")
    days, asked_at = rule.number("reasonable_days"), q.case.account.attorney_asked_at
    if q.at is not None and asked_at is not None and q.at - asked_at > timedelta(days=days):
        return Finding("silent", f"the attorney has not replied for more than {days:g} days; a person has to decide")
    return Finding("yes", "the consumer is represented by an attorney on this debt")


def _bankruptcy(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if q.condition(book) == "bankrupt" or q.fact(AccountFact.BANKRUPTCY) is Fact.YES:
        if q.fact(AccountFact.BANKRUPTCY_ENDED) is Fact.YES:
            return Finding(
                "ended", "a bankruptcy was dismissed or ended without discharge; a person has to release the account"
            )
        return Finding("yes", "a bankruptcy petition stays every act to collect, and a discharge forbids it")
    return of_fact(q.fact(AccountFact.BANKRUPTCY), "the consumer is bankrupt")


def _deceased(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if q.condition(book) == "deceased" or q.fact(AccountFact.DECEASED) is Fact.YES:
        if q.search is SearchKind.ESTATE_REPRESENTATIVE:
            return Finding("estate_job", "the consumer has died; only the representative of the estate is sought")
        return Finding("yes", "the consumer has died; only a search for the representative of the estate is open")
    return of_fact(q.fact(AccountFact.DECEASED), "the consumer has died")


def _minor(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if q.condition(book) == "minor":
        return Finding("yes", "the account says that the consumer is a minor")
    states = {s.address.state.strip().upper() for s in q.case.subject.addresses}
    majority = max([int(rule.number("majority")), *(rule.table("majority_by_state").get(s, 0) for s in states)])
    return of_birth(q.case.subject.birth_date, q.case.as_of, majority)


def of_birth(birth: PartialDate | None, on: date, majority: int) -> Finding:
    """Whether somebody born then has reached the age of majority on that day; a partial date is read both ways."""
    if birth is None:
        return Finding(NOT_STATED, "no birth date is on file; the certification of use covers the age")
    if _age(birth.earliest(), on) < majority:
        return Finding("yes", f"by the birth date the person is under {majority}")
    if _age(_latest(birth), on) < majority:
        return Finding("unknown", f"the birth date is partial and the person may be under {majority}")
    return Finding(NO, f"by the birth date the person is at least {majority}")


def _latest(birth: PartialDate) -> date:
    if birth.day:
        return birth.earliest()
    month = birth.month or 12
    return date(birth.year, month, monthrange(birth.year, month)[1])


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _identity_theft(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if q.condition(book) == "identity_theft":
        return Finding("yes", "identity theft or fraud is reported on this account")
    return of_fact(q.fact(AccountFact.IDENTITY_THEFT), "identity theft is reported")


def _dispute(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    if q.condition(book) == "disputed" or q.fact(AccountFact.DISPUTE) is Fact.YES:
        if q.fact(AccountFact.VERIFICATION_SENT) is Fact.YES:
            return Finding("verified", "the debt was disputed and its verification has been sent")
        return Finding("yes", "the debt is disputed in writing and its verification has not been sent")
    if q.fact(AccountFact.DISPUTED_LATE) is Fact.YES:
        return Finding("late", "disputed: late or orally, so that any report of the debt to a bureau has to say so")
    return of_fact(q.fact(AccountFact.DISPUTE), "the debt is disputed")


def _time_barred(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    fact = q.fact(AccountFact.TIME_BARRED)
    if fact is not Fact.NO and q.search is SearchKind.LEGAL_SERVICE:
        return Finding("legal_job", "a search for legal service needs a debt that is known not to be time-barred")
    return of_fact(fact, "the debt is time-barred")


def _nothing_to_collect(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    condition = q.condition(book)
    if condition == "closed":
        return Finding("yes", "the account is closed, paid, settled, recalled, sold or cancelled")
    return Finding(NO, "the account is not marked closed, paid, settled, recalled, sold or cancelled")


def _preferences(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    fact = q.fact(AccountFact.PREFERENCES_IMPORTED)
    if fact is Fact.NO:
        return Finding("missing", "the creditor's record of the consumer's preferences has not been imported")
    if fact is Fact.YES:
        return Finding(NO, "the creditor's record of the consumer's preferences has been imported")
    return of_fact(fact, "the contact preferences were imported")


def _of_account(which: AccountFact, what: str) -> Callable[[Admission, Rule, RuleBook], Finding]:
    def predicate(q: Admission, rule: Rule, book: RuleBook) -> Finding:
        return of_fact(q.fact(which), what)

    return predicate


def _servicemember(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    fact = q.fact(AccountFact.SERVICEMEMBER)
    if q.search is SearchKind.LEGAL_SERVICE and fact is not Fact.YES:
        return Finding("legal_job", "before a default judgment the military status is checked and sworn to")
    return of_fact(fact, "the consumer serves in the military")


def _protected(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    lines = (f"{s.address.line} {s.address.unit}" for s in q.case.subject.addresses)
    if any(f" {words} " in f" {_words(line)} " for line in lines for words in rule.words("substitutes")):
        return Finding("substitute", "an address on the account is a confidentiality programme's substitute")
    return of_fact(q.fact(AccountFact.PROTECTED_PERSON), "the consumer's address is protected")


def _words(text: str) -> str:
    """Letters in lower case, everything else a single space."""
    return " ".join("".join(c if c.isalpha() else " " for c in text.casefold()).split())


def _licence(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    licensed, states = book.profile.licensed_states, _states(q.case)
    if licensed is None:
        return Finding("not_stated", "the agency has not listed its collection licences")
    if states <= licensed:
        return Finding(NO, "the agency states a licence for every state on the account")
    lacking = ", ".join(sorted(states - licensed)) or "an unknown state"
    return Finding(
        "enforced" if book.profile.enforce_licences else "yes", f"no collection licence is stated for {lacking}"
    )


def _overlay(q: Admission, rule: Rule, book: RuleBook) -> Finding:
    missing = sorted(_states(q.case) - set(rule.words("loaded")))
    if not missing:
        return Finding(NO, "the overlays of all states on the account are loaded")
    outcome = "required" if book.profile.require_overlay else "yes"
    return Finding(outcome, f"state_overlay_missing: only federal rules are loaded for {', '.join(missing)}")


def _states(case: Case) -> set[str]:
    return {state for s in case.subject.addresses if (state := s.address.state.strip().upper())}


BATCH: Gate[Batch] = {"A-03": _batch}

ADMISSION: Gate[Admission] = {
    "A-01": _purpose,
    "A-02": _account,
    "A-03": _batch_row,
    "A-17": _licence,
    "X-00": _fresh,
    "X-01": _cease,
    "X-02": _attorney,
    "X-03": _bankruptcy,
    "X-04": _deceased,
    "X-05": _servicemember,
    "X-06": _minor,
    "X-07": _identity_theft,
    "X-08": _dispute,
    "X-09": _time_barred,
    "X-10": _nothing_to_collect,
    "X-12": _preferences,
    "X-13": _protected,
    "X-14": _of_account(AccountFact.VALIDATION_PERIOD, "the validation period is running"),
    "X-15": _of_account(AccountFact.COMMERCIAL, "the debt is commercial"),
    "ST-XX": _overlay,
}
