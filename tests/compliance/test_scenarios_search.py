"""May we search, and whom may we ask? One test for each scenario T-01 to T-28 that a pure gate decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from skiptrace import model
from skiptrace.compliance import (
    Override,
    Profile,
    Role,
    RuleBook,
    Verdict,
    admit,
    admit_batch,
    learned,
    may_ask,
    may_send,
)
from skiptrace.compliance.sources import NEEDED_BY_CLASS
from skiptrace.model import (
    AccountFact,
    DataClass,
    Effect,
    Fact,
    Judgement,
    Match,
    PartialDate,
    Party,
    Purpose,
    Request,
    SearchKind,
    SourceRecord,
)
from tests import builders
from tests.builders import COLLECTION, NOW, TODAY
from tests.compliance.questions import case, record

YES, UNKNOWN = Fact.YES, Fact.UNKNOWN
NO_PURPOSE = Purpose(certified_by="Jane Sample", certified_at=NOW)


def rule_ids(verdict: Verdict) -> set[str]:
    """The rules that decided the verdict."""
    return {d.rule_id for d in verdict.decisions if d.effect is verdict.effect}


def ask(rules: RuleBook, about: model.Case, data_class: DataClass, *purposes: str) -> Verdict:
    product = builders.product()
    contract = dict.fromkeys(purposes or NEEDED_BY_CLASS[data_class], "contract")
    terms = {"purposes": purposes, "purpose_map": contract, "drops": ("photo", "ssn")}
    manifest = builders.manifest(product, data_class=data_class, **terms)
    return may_ask(about, manifest, product, rules)


# --- admission ------------------------------------------------------------------------------------------------------


def test_an_ordinary_case_is_admitted(rules: RuleBook) -> None:
    verdict = admit(case(), rules)

    assert verdict.allowed
    assert verdict.effect is Effect.NOTE


@pytest.mark.parametrize("missing", ["", "GLBA_WHATEVER", "FCRA_COLLECT"])
def test_t01_a_missing_or_unknown_purpose_is_refused(rules: RuleBook, missing: str) -> None:
    verdict = admit(case(purpose=replace(COLLECTION, glba=missing)), rules)

    assert verdict.effect is Effect.REFUSE
    assert rule_ids(verdict) == {"A-01"}


@pytest.mark.parametrize("change", [{"certified_by": " "}, {"certified_at": None}])
def test_a_purpose_that_nobody_certified_is_refused(rules: RuleBook, change: dict[str, str | None]) -> None:
    assert rule_ids(admit(case(purpose=replace(COLLECTION, **change)), rules)) == {"A-01"}


def test_a_purpose_that_is_no_ground_for_collecting_is_refused(rules: RuleBook) -> None:
    assert admit(case(purpose=replace(COLLECTION, dppa="DPPA_RESEARCH")), rules).effect is Effect.REFUSE
    assert admit(case(purpose=replace(COLLECTION, glba="GLBA_INTEREST")), rules).effect is Effect.HOLD


def test_t02_without_a_permissible_purpose_only_unregulated_data_is_asked_for(rules: RuleBook) -> None:
    about = case(purpose=NO_PURPOSE)

    assert admit(about, rules).allowed
    assert ask(rules, about, DataClass.PUBLIC).allowed
    assert ask(rules, about, DataClass.AGENCY).allowed
    refused = ask(rules, about, DataClass.GLBA, "GLBA_ENFORCE")
    assert refused.effect is Effect.REFUSE
    assert "purpose" in refused.decisions[0].reason


def test_a_manifest_that_names_no_purpose_still_needs_that_of_its_data_class(rules: RuleBook) -> None:
    assert not ask(rules, case(purpose=NO_PURPOSE), DataClass.FCRA).allowed
    assert ask(rules, case(), DataClass.FCRA).allowed


def test_every_statute_that_a_manifest_names_must_be_met(rules: RuleBook) -> None:
    only_glba = case(purpose=replace(COLLECTION, fcra="FCRA_NONE"))

    assert not ask(rules, only_glba, DataClass.GLBA, "GLBA_ENFORCE", "FCRA_COLLECT").allowed
    assert ask(rules, case(), DataClass.GLBA, "GLBA_ENFORCE", "GLBA_FRAUD", "FCRA_COLLECT").allowed


@pytest.mark.parametrize(
    ("state", "rule_id"),
    [
        ("closed", "X-10"), ("Paid in full", "X-10"), ("RECALLED", "X-10"), ("sold", "X-10"), ("cancelled", "X-10"),
        ("zero_balance", "X-10"), ("Ceased", "X-01"), ("cease_and_desist", "X-01"), ("represented", "X-02"),
        ("bankrupt", "X-03"), ("Chapter 13", "X-03"), ("Deceased", "X-04"), ("minor", "X-06"), ("fraud", "X-07"),
        ("", "A-02"), ("somewhere", "A-02"),
    ],
)  # fmt: skip
def test_an_account_in_such_a_state_is_refused_before_any_call(rules: RuleBook, state: str, rule_id: str) -> None:
    verdict = admit(case(account={"state": state}), rules)

    assert verdict.effect is Effect.REFUSE
    assert rule_ids(verdict) == {rule_id}
    assert next(d for d in verdict.decisions if d.rule_id == rule_id).citation


@pytest.mark.parametrize("state", ["open", "Active", "charged_off", "PAST DUE"])
def test_an_open_account_is_admitted_however_the_platform_spells_it(rules: RuleBook, state: str) -> None:
    assert admit(case(account={"state": state}), rules).allowed


@pytest.mark.parametrize("balance", ["0", "-1.00", "0.00"])
def test_an_account_on_which_nothing_is_owed_is_refused(rules: RuleBook, balance: str) -> None:
    assert rule_ids(admit(case(account={"balance": Decimal(balance)}), rules)) == {"A-02"}


def test_a_gate_that_throws_refuses(rules: RuleBook) -> None:
    verdict = admit(case(account={"balance": Decimal("NaN")}), rules)

    assert verdict.effect is Effect.REFUSE
    assert "gate_error: InvalidOperation" in {d.reason for d in verdict.decisions}


def test_every_rule_that_was_evaluated_is_recorded_in_order(rules: RuleBook) -> None:
    recorded = [d.rule_id for d in admit(case(account={"state": "closed"}), rules).decisions]

    assert recorded[:4] == ["A-01", "A-02", "A-03", "A-17"]
    assert recorded[4:8] == ["X-00", "X-01", "X-02", "X-03"]


def test_t04_a_recalled_account_cannot_be_overridden(rules: RuleBook) -> None:
    override = Override("X-10", "A-1", Role.SUPERVISOR, "u-7", "customer_request", TODAY)
    verdict = admit(case(account={"state": "recalled"}), rules, overrides=[override])

    assert verdict.effect is Effect.REFUSE
    assert "override level is never" in next(d.reason for d in verdict.decisions if d.rule_id == "X-10")


def test_t05_a_batch_is_limited_and_needs_a_certification(rules: RuleBook) -> None:
    assert admit_batch(200_001, COLLECTION, rules).effect is Effect.REFUSE
    assert admit_batch(200_000, Purpose(), rules).effect is Effect.REFUSE
    assert admit_batch(200_000, COLLECTION, rules).allowed


def test_t06_a_towing_debt_gets_no_consumer_report_but_other_data(rules: RuleBook) -> None:
    towing = case(account={"debt_origin": "towing"}, purpose=replace(COLLECTION, glba="GLBA_NONE"))
    refused = ask(rules, towing, DataClass.FCRA, "FCRA_COLLECT")

    assert rule_ids(refused) == {"A-04"}
    assert refused.events == ("review_debt_origin",)
    assert ask(rules, towing, DataClass.PUBLIC).allowed


@pytest.mark.parametrize("origin", ["medical", "utility", "municipal", "tort", "", "unknown"])
def test_a_debt_that_is_not_known_to_come_from_credit_gets_no_consumer_report(rules: RuleBook, origin: str) -> None:
    assert not ask(rules, case(account={"debt_origin": origin}), DataClass.FCRA, "FCRA_COLLECT").allowed


def test_t07_a_judgment_gets_a_consumer_report_with_a_note(rules: RuleBook) -> None:
    verdict = ask(rules, case(account={"debt_origin": "judgment"}), DataClass.FCRA, "FCRA_COLLECT")

    assert verdict.allowed
    assert "A-04" in rule_ids(verdict)


@pytest.mark.parametrize("submitted", [Fact.NO, UNKNOWN, Fact.NOT_STATED])
def test_t08_motor_vehicle_records_need_a_value_that_the_consumer_submitted(rules: RuleBook, submitted: Fact) -> None:
    book = replace(rules, profile=Profile(dppa_enabled=True))
    about = case(purpose=replace(COLLECTION, dppa="DPPA_VERIFY_DEBT"), facts={AccountFact.SUBMITTED_CONTACT: submitted})
    verdict = ask(book, about, DataClass.DPPA, "DPPA_VERIFY_DEBT")

    assert rule_ids(verdict) == {"A-08"}
    assert any("dppa_no_submitted_value" in d.reason for d in verdict.decisions)


def test_motor_vehicle_records_are_off_until_configured(rules: RuleBook) -> None:
    about = case(purpose=replace(COLLECTION, dppa="DPPA_VERIFY_DEBT"), facts={AccountFact.SUBMITTED_CONTACT: YES})

    assert not ask(rules, about, DataClass.DPPA, "DPPA_VERIFY_DEBT").allowed
    assert ask(replace(rules, profile=Profile(dppa_enabled=True)), about, DataClass.DPPA, "DPPA_VERIFY_DEBT").allowed


def test_the_death_master_file_needs_a_current_certification(rules: RuleBook) -> None:
    about = case(purpose=replace(COLLECTION, dmf="DMF_BUSINESS"))

    for until, allowed in ((None, False), (TODAY - timedelta(days=1), False), (TODAY, True)):
        book = replace(rules, profile=Profile(dmf_certified_until=until))
        assert ask(book, about, DataClass.DMF, "DMF_BUSINESS").allowed is allowed


COLLECTOR = COLLECTION
PUBLIC_PURPOSE = replace(COLLECTION, fcra="FCRA_NONE", glba="GLBA_NONE")


@pytest.mark.parametrize(
    ("data_class", "origin", "declared", "allowed"),
    [
        (DataClass.FCRA, "credit", COLLECTOR, True),
        (DataClass.FCRA, "credit", replace(COLLECTOR, fcra="FCRA_NONE"), False),
        (DataClass.FCRA, "municipal", COLLECTOR, False),
        (DataClass.GLBA, "credit", COLLECTOR, True),
        (DataClass.GLBA, "credit", replace(COLLECTOR, glba="GLBA_NONE"), False),
        (DataClass.GLBA, "municipal", COLLECTOR, False),
        (DataClass.DPPA, "credit", replace(COLLECTOR, dppa="DPPA_VERIFY_DEBT"), False),
        (DataClass.DPPA, "credit", COLLECTOR, False),
        (DataClass.DMF, "credit", replace(COLLECTOR, dmf="DMF_BUSINESS"), False),
        (DataClass.PUBLIC, "credit", PUBLIC_PURPOSE, True),
        (DataClass.PUBLIC, "municipal", PUBLIC_PURPOSE, True),
        (DataClass.AGENCY, "towing", PUBLIC_PURPOSE, True),
    ],
)
def test_the_shipped_matrix_of_purpose_and_data_class(
    rules: RuleBook, data_class: DataClass, origin: str, declared: Purpose, allowed: bool
) -> None:
    about = case(account={"debt_origin": origin}, purpose=declared)

    assert ask(rules, about, data_class, *NEEDED_BY_CLASS[data_class]).allowed is allowed


@pytest.mark.parametrize("code", ["GLBA_LEGAL", "GLBA_INTEREST", "GLBA_FRAUD", "GLBA_CONSENT"])
def test_a_ground_for_special_cases_waits_for_a_person(rules: RuleBook, code: str) -> None:
    assert admit(case(purpose=replace(COLLECTION, glba=code)), rules).effect is Effect.HOLD


@pytest.mark.parametrize("code", ["GLBA_RISK", "GLBA_FIDUCIARY", "DPPA_TOW", "DPPA_RESEARCH", "DPPA_CDL"])
def test_a_ground_that_is_not_for_collecting_is_refused(rules: RuleBook, code: str) -> None:
    statute = code.partition("_")[0].lower()

    assert admit(case(purpose=replace(COLLECTION, **{statute: code})), rules).effect is Effect.REFUSE


def test_a_purpose_that_the_contract_has_no_code_for_refuses_that_provider(rules: RuleBook) -> None:
    product = builders.product()
    unmapped = builders.manifest(product, purpose_map={})

    verdict = may_ask(case(), unmapped, product, rules)

    assert rule_ids(verdict) == {"A-01"}
    assert "purpose_unmapped" in verdict.why


def test_a_file_of_the_agencys_own_needs_no_contract_code(rules: RuleBook) -> None:
    product = builders.product()
    own = builders.manifest(product, method="batch_file", purpose_map={})

    assert may_ask(case(), own, product, rules).allowed


@pytest.mark.parametrize("field", ["creditor_name", "balance", "account_state", "reason"])
def test_t12_a_payload_that_tells_of_the_debt_is_not_sent(rules: RuleBook, field: str) -> None:
    product = builders.product()
    request = Request("POST", "/search", fields=("name", field))
    verdict = may_send(case(), builders.manifest(product), product, request, rules)

    assert verdict.effect is Effect.REFUSE
    assert field in verdict.decisions[0].reason


def test_a_payload_beyond_the_manifest_is_not_sent(rules: RuleBook) -> None:
    product = builders.product(sends=("name",))
    request = Request("POST", "/search", fields=("name", "ssn"))

    assert not may_send(case(), builders.manifest(product), product, request, rules).allowed


# --- account status -------------------------------------------------------------------------------------------------


def test_t14_a_cease_request_refuses_its_debt_and_is_noted_on_another(rules: RuleBook) -> None:
    first = admit(case(facts={AccountFact.CEASE: YES}), rules)
    second = admit(case(facts={AccountFact.OTHER_DEBT_CEASED: YES}), rules)

    assert rule_ids(first) == {"X-01"}
    assert second.allowed
    assert "X-01" in rule_ids(second)


def test_after_a_cease_request_an_address_for_a_legal_remedy_may_be_sought(rules: RuleBook) -> None:
    assert admit(case(facts={AccountFact.CEASE: YES}, search=SearchKind.LEGAL_REMEDY_ADDRESS), rules).allowed


def test_t16_a_represented_consumer_is_not_searched_but_the_attorney_is(rules: RuleBook) -> None:
    represented = case(facts={AccountFact.ATTORNEY: YES, AccountFact.ATTORNEY_DETAILS: YES})

    assert rule_ids(admit(represented, rules)) == {"X-02"}
    assert admit(represented, rules).effect is Effect.REFUSE
    assert admit(replace(represented, search=SearchKind.ATTORNEY_CONTACT), rules).allowed


@pytest.mark.parametrize("details", [Fact.NO, UNKNOWN])
def test_t17_represented_by_an_unknown_attorney_is_held(rules: RuleBook, details: Fact) -> None:
    verdict = admit(case(facts={AccountFact.ATTORNEY: YES, AccountFact.ATTORNEY_DETAILS: details}), rules)

    assert verdict.effect is Effect.HOLD
    assert rule_ids(verdict) == {"X-02"}


def test_t18_an_open_bankruptcy_is_refused_and_only_counsel_with_an_order_can_release_it(rules: RuleBook) -> None:
    bankrupt = case(facts={AccountFact.BANKRUPTCY: YES})
    supervisor = Override("X-03", "A-1", Role.SUPERVISOR, "u-7", "verified", TODAY)
    counsel = Override("X-03", "A-1", Role.LEGAL, "u-9", "dismissed", TODAY, document="order 26-0142")

    assert rule_ids(admit(bankrupt, rules)) == {"X-03"}
    assert not admit(bankrupt, rules, overrides=[supervisor]).allowed
    assert not admit(bankrupt, rules, overrides=[replace(counsel, document="")]).allowed
    released = admit(bankrupt, rules, overrides=[counsel])
    assert released.allowed
    assert released.events == ()


@pytest.mark.parametrize(
    ("ended", "effect"), [(YES, Effect.HOLD), (UNKNOWN, Effect.REFUSE), (Fact.NOT_STATED, Effect.REFUSE)]
)
def test_a_bankruptcy_is_held_only_when_it_is_known_to_have_ended(rules: RuleBook, ended: Fact, effect: Effect) -> None:
    about = case(facts={AccountFact.BANKRUPTCY: YES, AccountFact.BANKRUPTCY_ENDED: ended})

    assert admit(about, rules).effect is effect


def learn(
    rules: RuleBook,
    found: SourceRecord,
    probability: float = 0.9,
    party: Party = Party.SUBJECT,
    about: model.Case | None = None,
) -> Verdict:
    judgement = Judgement(TODAY, matches=(Match(found.record_id, found.provider, probability, party),))
    return learned(about or case(), judgement, [found], rules)


def test_t19_a_bankruptcy_on_the_subjects_ssn_stops_the_trace(rules: RuleBook) -> None:
    verdict = learn(rules, record(ssn4="0142", bankrupt=YES))

    assert verdict.effect is Effect.STOP
    assert verdict.events == ("bankruptcy_hit",)


@pytest.mark.parametrize("fact", ["bankrupt", "deceased"])
def test_a_hit_on_name_and_birth_date_only_is_held_for_a_person(rules: RuleBook, fact: str) -> None:
    verdict = learn(rules, record(birth_date=PartialDate(1971, 5, 23), **{fact: YES}))

    assert verdict.effect is Effect.HOLD


def test_a_hit_on_the_last_four_digits_with_another_surname_is_held(rules: RuleBook) -> None:
    found = record(ssn4="0142", names=(model.Name("Marion", "", "Bexley"),), bankrupt=YES)

    assert learn(rules, found).effect is Effect.HOLD


@pytest.mark.parametrize(("probability", "party"), [(0.1, Party.SUBJECT), (0.99, Party.RELATIVE)])
def test_the_death_of_somebody_else_does_not_stop_the_trace(rules: RuleBook, probability: float, party: Party) -> None:
    assert learn(rules, record(ssn4="0142", deceased=YES), probability, party).allowed


@pytest.mark.parametrize(
    ("on_account", "ssn4", "effect"),
    [
        (None, "0142", Effect.STOP),
        (None, "", Effect.HOLD),
        (PartialDate(2008), "", Effect.HOLD),
        (PartialDate(1971, 5, 23), "0142", Effect.NOTE),
    ],
)
def test_a_record_of_a_minor_ends_the_trace_unless_the_account_shows_an_adult(
    rules: RuleBook, on_account: PartialDate | None, ssn4: str, effect: Effect
) -> None:
    about = case(subject=builders.subject(birth_date=on_account))

    assert learn(rules, record(ssn4=ssn4, birth_date=PartialDate(2012, 3, 1)), about=about).effect is effect


def test_one_young_birth_date_among_adult_ones_is_taken_for_an_error(rules: RuleBook) -> None:
    young = record(birth_date=PartialDate(2012, 3, 1))
    adults = [replace(young, record_id=f"a{n}", birth_date=PartialDate(1971, 5, 23)) for n in range(2)]
    about = case(subject=builders.subject(birth_date=None))
    matches = tuple(Match(r.record_id, r.provider, 0.9, Party.SUBJECT) for r in (young, *adults))

    def verdict(count: int) -> Effect:
        judged = builders.judgement(matches=matches[:count])
        return learned(about, judged, (young, *adults)[:count], rules).effect

    assert [verdict(1), verdict(3)] == [Effect.HOLD, Effect.NOTE]


def test_silence_of_the_sources_is_not_recorded_as_a_clearance(rules: RuleBook) -> None:
    verdict = learn(rules, record())

    assert verdict.allowed
    assert "not a clearance" in next(d.reason for d in verdict.decisions if d.rule_id == "X-04")


def test_t21_a_death_on_the_subjects_ssn_stops_and_leaves_the_estate_search_open(rules: RuleBook) -> None:
    verdict = learn(rules, record(ssn4="0142", deceased=YES))
    dead = case(facts={AccountFact.DECEASED: YES})

    assert verdict.effect is Effect.STOP
    assert verdict.events == ("deceased_hit",)
    assert rule_ids(admit(dead, rules)) == {"X-04"}
    assert admit(replace(dead, search=SearchKind.ESTATE_REPRESENTATIVE), rules).allowed


@pytest.mark.parametrize(
    ("birth", "effect"),
    [
        (PartialDate(2009, 11, 3), Effect.REFUSE),
        (PartialDate(2008, 11, 2), Effect.PASS),
        (PartialDate(2009), Effect.REFUSE),
        (PartialDate(2008), Effect.HOLD),
        (PartialDate(2008, 11), Effect.HOLD),
        (PartialDate(2008, 10), Effect.PASS),
        (PartialDate(2007), Effect.PASS),
        (None, Effect.NOTE),
    ],
)
def test_t24_somebody_who_is_or_may_be_under_age_is_not_searched(
    rules: RuleBook, birth: PartialDate | None, effect: Effect
) -> None:
    verdict = admit(case(subject=builders.subject(birth_date=birth)), rules)

    assert next(d.effect for d in verdict.decisions if d.rule_id == "X-06") is effect


def test_the_age_of_majority_is_that_of_the_state(rules: RuleBook) -> None:
    nineteen = builders.subject(birth_date=PartialDate(2007, 1, 1))
    mississippi = replace(nineteen, addresses=(model.AddressSighting(model.Address("1 Elm St", state="MS")),))

    assert admit(case(subject=nineteen), rules).allowed
    assert rule_ids(admit(case(subject=mississippi), rules)) == {"X-06"}


def test_x08_a_late_or_oral_dispute_is_noted_and_the_search_runs(rules: RuleBook) -> None:
    verdict = admit(case(facts={AccountFact.DISPUTED_LATE: Fact.YES}), rules)

    assert verdict.allowed
    [decision] = [d for d in verdict.decisions if d.rule_id == "X-08"]
    assert (decision.effect, decision.reason.partition(":")[0]) == (Effect.NOTE, "disputed")


def test_x08_a_dispute_in_time_holds_also_when_another_came_late(rules: RuleBook) -> None:
    both = {AccountFact.DISPUTE: Fact.YES, AccountFact.DISPUTED_LATE: Fact.YES}

    assert admit(case(facts=both), rules).effect is Effect.HOLD


def test_t25_a_dispute_holds_until_the_verification_is_sent(rules: RuleBook) -> None:
    disputed = {AccountFact.DISPUTE: YES}

    assert rule_ids(admit(case(facts=disputed), rules)) == {"X-08"}
    assert admit(case(facts=disputed), rules).effect is Effect.HOLD
    assert admit(case(facts=disputed | {AccountFact.VERIFICATION_SENT: YES}), rules).allowed


@pytest.mark.parametrize("time_barred", [YES, UNKNOWN, Fact.NOT_STATED])
def test_t27_a_debt_that_may_be_time_barred_is_searched_but_not_for_suing(rules: RuleBook, time_barred: Fact) -> None:
    barred = case(
        facts={AccountFact.TIME_BARRED: time_barred, AccountFact.LITIGATION: YES},
        purpose=replace(COLLECTION, dppa="DPPA_LITIG"),
    )
    book = replace(rules, profile=Profile(dppa_enabled=True))

    assert admit(barred, rules).allowed
    assert rule_ids(admit(replace(barred, search=SearchKind.LEGAL_SERVICE), rules)) == {"X-09"}
    assert rule_ids(ask(book, barred, DataClass.DPPA, "DPPA_LITIG")) == {"A-09"}


def test_t28_identity_theft_is_refused_and_the_creditor_is_to_be_told(rules: RuleBook) -> None:
    verdict = admit(case(facts={AccountFact.IDENTITY_THEFT: YES}), rules)

    assert rule_ids(verdict) == {"X-07"}
    assert verdict.events == ("notify_creditor",)


# --- unknown is never clear -----------------------------------------------------------------------------------------

HARD_FACTS = (
    AccountFact.CEASE, AccountFact.ATTORNEY, AccountFact.BANKRUPTCY, AccountFact.DECEASED, AccountFact.IDENTITY_THEFT,
    AccountFact.DISPUTE, AccountFact.PROTECTED_PERSON, AccountFact.PREFERENCES_IMPORTED,
)  # fmt: skip


@pytest.mark.parametrize("line", ["ACP PO Box 142", "Safe at Home, PO Box 142", "PO Box 142 (Address Confidentiality)"])
def test_a_confidentiality_programmes_substitute_address_is_never_looked_behind(rules: RuleBook, line: str) -> None:
    verdict = admit(case(home=model.Address(line, "", "Austin", "TX", "78701")), rules)

    assert verdict.effect is Effect.REFUSE
    assert rule_ids(verdict) == {"X-13"}
    assert admit(case(home=model.Address("14 Tacpoint Rd", "", "Austin", "TX", "78701")), rules).allowed


@pytest.mark.parametrize("which", HARD_FACTS)
def test_an_unknown_fact_is_held(rules: RuleBook, which: AccountFact) -> None:
    assert admit(case(facts={which: UNKNOWN}), rules).effect is Effect.HOLD


@pytest.mark.parametrize("which", HARD_FACTS)
def test_a_fact_the_platform_has_no_field_for_rests_on_the_certification(rules: RuleBook, which: AccountFact) -> None:
    about = case(facts={which: Fact.NOT_STATED})
    strict = replace(rules, profile=Profile(strict=True))

    assert admit(about, rules).effect is Effect.NOTE
    assert admit(about, strict).effect is Effect.HOLD


def test_no_reason_names_a_person(rules: RuleBook) -> None:
    about = case(facts={AccountFact.CEASE: YES})
    personal = {"Marion", "Okafor", "Alder", "0142", "5125550142", "78701"}
    verdicts = [admit(about, rules), learn(rules, record(ssn4="0142", deceased=YES)), ask(rules, about, DataClass.GLBA)]

    for decision in (d for v in verdicts for d in v.decisions):
        assert not any(value in f"{decision.reason} {decision.about}" for value in personal)


def test_a_search_in_a_file_of_our_own_sends_nothing_out(rules: RuleBook) -> None:
    ours = builders.manifest(builders.product(sends=()), method="batch_file")
    request = model.Request("LOOKUP", "/", fields=("name", "ssn4"))

    assert may_send(case(), ours, ours.products[0], request, rules).allowed
    vendor = replace(ours, method="licensed_api")
    assert not may_send(case(), vendor, vendor.products[0], request, rules).allowed
