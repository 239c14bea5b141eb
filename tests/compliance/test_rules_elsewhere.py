"""Rules that no gate evaluates: for each a test in which it acts and one in which it leaves things alone.

A rule that a gate evaluates has its two cases in test_every_rule.py. The tests named here, and those written here, show
the rest; a rule without both fails the build.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from skiptrace.compliance import Known, RuleBook, Stated, Usability, admit, can_use
from skiptrace.contacting import MAY_ASK, SAY, Token, ask_third_party
from skiptrace.errors import BadInput
from skiptrace.intake.events import read_event
from skiptrace.model import (
    AccountFact,
    Channel,
    Consent,
    Contact,
    ContactKind,
    NumberCheck,
    Party,
    Reassigned,
    Refusal,
)
from skiptrace.stores import SqlStore
from tests import builders as build
from tests.builders import FixedClock
from tests.compliance.questions import GROUND, NOON, case, home, judged, phone
from tests.test_contacting import sister, traced

TESTS = Path(__file__).parents[1]
HERE, TIMES = "compliance/test_rules_elsewhere.py", "compliance/test_scenarios_time.py"
CONTACTS, TRACING = "compliance/test_scenarios_contacts.py", "test_tracing.py"

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "A-05": (f"{HERE}::test_a05_a_purpose_cannot_be_changed", f"{HERE}::test_a05_another_purpose_is_another_case"),
    "A-07": (
        "test_purchase.py::test_t62_another_tenant_buys_for_itself",
        "test_purchase.py::test_the_same_question_is_bought_once_also_for_another_case",
    ),
    "A-15": (
        "stores/test_audit_sinks.py::test_without_the_sink_nothing_is_searched_shown_or_bought_until_it_is_back",
        "stores/test_audit_sinks.py::test_each_row_says_who_acted_for_whom_and_why",
    ),
    "A-18": (
        "providers/test_catalog.py::test_a_fault_is_named_with_its_file_and_key",
        "providers/test_catalog.py::test_each_built_in_module_has_a_manifest_and_the_reverse",
    ),
    "B-01": (f"{HERE}::test_b01_b02_leave_says_what_may_be_asked_and_said", f"{HERE}::test_b01_b02_no_leave_no_value"),
    "B-02": (f"{HERE}::test_b01_b02_leave_says_what_may_be_asked_and_said", f"{HERE}::test_b01_b02_no_leave_no_value"),
    "B-04": (
        "test_contacting.py::test_a_second_time_needs_one_of_the_rules_reasons_and_a_supervisor",
        "test_contacting.py::test_leave_is_given_once_and_recorded",
    ),
    "B-06": (
        f"{CONTACTS}::test_a_contact_of_anybody_else_never_gets_a_channel",
        f"{CONTACTS}::test_t30_a_found_number_gets_manual_voice_from_075_on_and_nothing_else",
    ),
    "B-08": (
        f"{TIMES}::test_calls_to_a_number_that_is_not_in_service_do_not_count",
        f"{TIMES}::test_the_eighth_call_in_seven_days_waits_until_the_first_is_out_of_the_seven",
    ),
    "B-19": (
        "test_following.py::test_a_lost_contact_is_taken_back_and_due_at_once",
        "test_following.py::test_reaching_the_right_party_puts_the_next_trace_off",
    ),
    "B-20": (f"{HERE}::test_b20_a_handle_is_no_kind_of_contact", f"{HERE}::test_b20_what_is_contact_data"),
    "B-21": (
        "stores/test_retaining.py::test_a_later_use_keeps_the_file",
        "stores/test_retaining.py::test_after_three_years_the_file_is_gone_and_the_audit_rows_are_not",
    ),
    "B-22": (f"{HERE}::test_b22_an_inbound_call_opens_no_window", f"{HERE}::test_b22_a_search_meanwhile_passes"),
    "B-23": (f"{HERE}::test_b23_a_note_in_free_text_is_not_read", f"{HERE}::test_b23_hours_stated_as_hours_are"),
    "C-04": (
        f"{CONTACTS}::test_t30_a_found_number_gets_manual_voice_from_075_on_and_nothing_else",
        f"{CONTACTS}::test_counsel_frees_automatic_voice_by_moving_it_and_nothing_else_comes_free",
    ),
    "C-05": (f"{HERE}::test_c05_a_generated_voice_needs_consent", f"{HERE}::test_c05_with_consent_it_may_be_used"),
    "C-09": (f"{HERE}::test_c09_a_request_made_to_us_closes_calls", f"{HERE}::test_c09_the_list_itself_closes_nothing"),
    "C-11": (f"{HERE}::test_c11_a_federal_debt_is_not_exempt", f"{HERE}::test_c11_nor_is_it_barred"),
    "C-12": (
        f"{CONTACTS}::test_t36_a_stop_text_closes_texts_on_all_numbers_at_once",
        f"{CONTACTS}::test_consent_given_after_a_revocation_opens_the_channel_again",
    ),
    "ST-NY": (f"{HERE}::test_st_ny_an_email_that_was_found_is_closed", f"{HERE}::test_st_ny_one_with_consent_is_open"),
    "ST-DC4": (
        f"{HERE}::test_st_dc4_without_consent_no_message_is_open",
        f"{HERE}::test_st_dc4_with_consent_it_is_open",
    ),
    "D-02": (
        "stores/test_at_rest.py::test_no_row_of_any_table_shows_a_person",
        "stores/test_at_rest.py::test_values_left_in_their_places_open",
    ),
    "D-03": (
        "web/test_sign_in.py::test_d03_without_a_second_factor_nobody_comes_in",
        "web/test_sign_in.py::test_a_good_token_lets_in",
    ),
    "D-04": ("access/test_matrix.py::test_each_cell_is_as_agreed", "access/test_matrix.py::test_nobody_may_do_nothing"),
    "D-05": (
        "web/test_permits.py::test_looks_at_oneself_and_at_colleagues_and_at_the_protected_are_noticed",
        "access/test_snooping.py::test_a_thousand_strangers_raise_no_alert",
    ),
    "D-06": (
        "stores/test_retaining.py::test_each_kind_goes_on_its_own_day",
        "stores/test_retaining.py::test_a_held_account_is_left_untouched",
    ),
    "D-07": (
        "providers/test_catalog.py::test_a_fault_is_named_with_its_file_and_key",
        "providers/test_catalog.py::test_each_built_in_module_has_a_manifest_and_the_reverse",
    ),
    "D-09": (
        "stores/test_erasing.py::test_yesterdays_backup_with_todays_keys_opens_nothing_of_it",
        "stores/test_erasing.py::test_nothing_of_an_erased_account_opens_and_the_next_account_is_as_it_was",
    ),
    "D-10": (
        "web/test_cases.py::test_what_identifies_is_masked",
        "web/test_cases.py::test_t65_a_reveal_needs_a_reason_and_is_audited_with_it",
    ),
    "D-11": (
        "reporting/test_disclosing.py::test_what_a_federal_law_covers_is_named_and_left_out",
        "reporting/test_disclosing.py::test_what_no_federal_law_covers_is_given",
    ),
    "D-12": (
        "intake/test_free_text.py::test_a_card_number_is_refused_without_being_repeated",
        "intake/test_free_text.py::test_other_numbers_are_kept",
    ),
    "D-13": (
        f"{TRACING}::test_t45_after_a_notice_of_address_discrepancy_the_score_is_capped_and_nothing_is_furnishable",
        "web/test_traces.py::test_a_trace_is_the_result_that_files_hold",
    ),
    "D-16": (
        "cli/test_audit.py::test_t64_a_providers_calls_are_laid_beside_its_invoice",
        "cli/test_audit.py::test_a_case_of_another_tenant_is_not_exported",
    ),
    "D-17": (
        "test_tracing.py::test_a_provider_whose_purpose_is_not_declared_is_not_asked",
        "test_purchase.py::test_a_miss_is_remembered_for_as_long_as_the_terms_say",
    ),
    "D-18": (
        "stores/test_evidence.py::test_a_contact_without_evidence_is_said_so",
        "stores/test_evidence.py::test_the_database_keeps_every_link_of_the_chain",
    ),
}  # fmt: skip

OPERATORS = {"D-01", "D-08"}
"""What the operator does; their text says so, and no program can show it."""


def test_every_rule_that_no_gate_evaluates_has_a_test_of_either_kind(rules: RuleBook) -> None:
    elsewhere = {rule.id for rule in rules.rules if not rule.stages}

    assert elsewhere == ELSEWHERE.keys() | OPERATORS
    assert all(rules.rule(name).enforced_by.startswith("the operator") for name in OPERATORS)


@pytest.mark.parametrize("named", sorted({name for pair in ELSEWHERE.values() for name in pair}))
def test_the_test_that_is_named_exists(named: str) -> None:
    file, _, name = named.partition("::")

    assert re.search(rf"def {name}\(", (TESTS / file).read_text())


def test_the_two_tests_of_a_rule_are_two() -> None:
    assert all(fires != silent for fires, silent in ELSEWHERE.values())


# --- A ----------------------------------------------------------------------------------------------------------------


async def test_a05_a_purpose_cannot_be_changed(store: SqlStore) -> None:
    sent = build.case()
    await store.accept([sent])
    await store.accept([replace(sent, purpose=replace(sent.purpose, glba="GLBA_LEGAL"))])

    kept = await store.case(sent.case_id)
    assert kept is not None
    assert kept.purpose == sent.purpose
    with pytest.raises(FrozenInstanceError):
        kept.purpose.glba = "GLBA_LEGAL"  # type: ignore[misc]


async def test_a05_another_purpose_is_another_case(store: SqlStore) -> None:
    corrected = build.case(case_id="case-2", purpose=replace(build.COLLECTION, fcra="FCRA_NONE"))
    await store.accept([build.case(), corrected])

    found = await store.case("case-2")
    assert found is not None
    assert found.purpose.fcra == "FCRA_NONE"


# --- B ----------------------------------------------------------------------------------------------------------------


async def test_b01_b02_leave_says_what_may_be_asked_and_said(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    token = await ask_third_party(trace, sister(trace), app, by="jane")

    assert token.token_id
    assert (token.say, token.may_ask) == (SAY, MAY_ASK)
    assert not {f.name for f in fields(Token)} & {"account", "account_id", "balance", "creditor", "subject"}
    assert not re.search("mobile|email|birth|relative", " ".join(token.may_ask))


async def test_b01_b02_no_leave_no_value(store: SqlStore, clock: FixedClock) -> None:
    trace, app = await traced(store, clock)
    await ask_third_party(trace, sister(trace), app, by="jane")

    assert not (await ask_third_party(trace, sister(trace), app, by="jane")).token_id


def test_b20_a_handle_is_no_kind_of_contact() -> None:
    assert set(ContactKind) == {"address", "phone", "email"}
    assert set(Channel) == {"voice_manual", "voice_auto", "voice_prerecorded", "sms", "email", "mail"}


def test_b20_what_is_contact_data(rules: RuleBook) -> None:
    assert usable(rules, Channel.VOICE_MANUAL).allowed


def usable(
    rules: RuleBook, channel: Channel, contact: Contact | None = None, known: Known | None = None, **changes: object
) -> Usability:
    contact, at = contact or phone(), changes.pop("at", NOON)
    return can_use(
        contact, channel, at, case=case(**changes), judgement=judged(contact), rules=rules, known=known or Known()
    )


def test_b22_an_inbound_call_opens_no_window(rules: RuleBook) -> None:
    night = NOON + timedelta(hours=12)
    calling = Known(inbound=Stated("America/Chicago", night))

    assert not usable(rules, Channel.VOICE_MANUAL, known=calling, at=night).allowed


def test_b22_a_search_meanwhile_passes(rules: RuleBook) -> None:
    assert admit(case(), rules, at=NOON + timedelta(hours=12)).allowed


HOURS = {
    "event_id": "e",
    "account_id": "A-1",
    "at": NOON.isoformat(),
    "kind": "inconvenient",
    "start": "12:00",
    "end": "13:00",
}


def test_b23_a_note_in_free_text_is_not_read() -> None:
    with pytest.raises(BadInput, match="not a field of this kind"):
        read_event(HOURS | {"note": "busy, call later"}, tenant="acme", reported_by="p", now=NOON)


def test_b23_hours_stated_as_hours_are() -> None:
    event = read_event(HOURS, tenant="acme", reported_by="p", now=NOON)

    assert event.kind == "inconvenient"


# --- C and the states -------------------------------------------------------------------------------------------------


def consent(channel: Channel, value: str) -> Known:
    given = Consent(value, frozenset({channel}), "A-1", True, NOON - timedelta(days=5), "call-7")
    return Known(consents=(given,), checks=(NumberCheck(value, NOON - timedelta(days=1), Reassigned.NO),))


def test_c05_a_generated_voice_needs_consent(rules: RuleBook) -> None:
    by_hand = consent(Channel.VOICE_AUTO, "+15125550142")

    assert not usable(rules, Channel.VOICE_PRERECORDED).allowed
    assert not usable(rules, Channel.VOICE_PRERECORDED, known=by_hand).allowed


def test_c05_with_consent_it_may_be_used(rules: RuleBook) -> None:
    assert usable(rules, Channel.VOICE_PRERECORDED, known=consent(Channel.VOICE_PRERECORDED, "+15125550142")).allowed


def test_c09_a_request_made_to_us_closes_calls(rules: RuleBook) -> None:
    asked = Known(refusals=(Refusal(frozenset({Channel.VOICE_MANUAL}), NOON),))

    assert not usable(rules, Channel.VOICE_MANUAL, known=asked).allowed


def test_c09_the_list_itself_closes_nothing(rules: RuleBook) -> None:
    assert not [fact for fact in AccountFact if "list" in fact or "dnc" in fact]
    assert usable(rules, Channel.VOICE_MANUAL).allowed


def test_c11_a_federal_debt_is_not_exempt(rules: RuleBook) -> None:
    assert not usable(rules, Channel.VOICE_PRERECORDED, account={"debt_origin": "federal"}).allowed


def test_c11_nor_is_it_barred(rules: RuleBook) -> None:
    assert usable(rules, Channel.VOICE_MANUAL, account={"debt_origin": "federal"}).allowed


NEW_YORK, WASHINGTON = home("NY", "12207"), home("DC", "20001")

LETTER = Contact(ContactKind.EMAIL, "marion@gmail.com", 0.95, Party.SUBJECT, grounds=GROUND)


def test_st_ny_an_email_that_was_found_is_closed(rules: RuleBook) -> None:
    assert not usable(rules, Channel.EMAIL, LETTER, home=NEW_YORK).allowed


def test_st_ny_one_with_consent_is_open(rules: RuleBook) -> None:
    assert usable(rules, Channel.EMAIL, LETTER, consent(Channel.EMAIL, LETTER.value), home=NEW_YORK).allowed


def test_st_dc4_without_consent_no_message_is_open(rules: RuleBook) -> None:
    assert not usable(rules, Channel.EMAIL, LETTER, home=WASHINGTON).allowed


def test_st_dc4_with_consent_it_is_open(rules: RuleBook) -> None:
    assert usable(rules, Channel.EMAIL, LETTER, consent(Channel.EMAIL, LETTER.value), home=WASHINGTON).allowed
