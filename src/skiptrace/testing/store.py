"""The promises that every store keeps, as a test class that its author inherits::

    class TestMyStoreKeepsTheContract(StoreContract):
        @asynccontextmanager
        async def connect(self, folder):
            store = await MyStore.open(folder)
            yield store
            await store.close()

``connect`` is called with the same empty folder when one test opens the store twice. Needs pytest and pytest-asyncio.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest

from skiptrace.errors import CapReached, LostLease, SkiptraceError
from skiptrace.model import (
    Account,
    AccountFact,
    Address,
    AddressSighting,
    Call,
    CallState,
    Case,
    Channel,
    Contact,
    ContactKind,
    ContactStatus,
    Effect,
    EmailSighting,
    Evidence,
    Fact,
    Grant,
    Ground,
    LineType,
    Match,
    Name,
    Outcome,
    OutcomeKind,
    PartialDate,
    Party,
    PhoneSighting,
    Purpose,
    Relative,
    Reply,
    RuleDecision,
    SourceRecord,
    Step,
    StepResult,
    StopReason,
    Subject,
    Trace,
)
from skiptrace.ports import AlreadyBought, Caps, Evidenced, Intent, LocalReply, Reserved, Store, Unsettled

NOW = datetime(2026, 3, 2, 12, 30, 15, 123456, tzinfo=UTC)
NO_CAPS = Caps()
PRICE = Decimal("0.25")
HOUR = 3600

NAME = Name("Marguerite", "Q", "Oxenfeld", "Jr")
ADDRESS = Address("742 Juniper Hollow Rd", "Apt 9", "Sacramento", "CA", "95814")
SIGHTING = AddressSighting(ADDRESS, PartialDate(2019), PartialDate(2024, 7, 1), Fact.YES)
PHONE = PhoneSighting("916-555-0147", LineType.MOBILE, None, PartialDate(2025, 2), Fact.NO)
EMAIL = EmailSighting("m.oxenfeld@example.com", PartialDate(2020), None)
REPLY = Reply(200, b'{"id": "\xc3\xa9\x00"}', NOW + timedelta(seconds=2), MappingProxyType({"content-type": "x/json"}))


def a_case(case_id: str = "case-1", **changes: object) -> Case:
    """A case with every field filled."""
    facts = MappingProxyType({AccountFact.DISPUTE: Fact.NO, AccountFact.CEASE: Fact.UNKNOWN})
    account = Account(f"A {case_id}", "open", Decimal("1200.05"), "credit", date(2020, 1, 2), None, facts)
    aliases = (NAME, Name(last="Oxenfield"))
    subject = Subject(aliases, PartialDate(1981, 7), "987654329", "4329", (SIGHTING,), (PHONE,), (EMAIL,))
    purpose = Purpose("FCRA_COLLECT", "GLBA_ENFORCE", certified_by="Jane Sample", certified_at=NOW)
    case = Case(case_id, account, subject, purpose, "jane", Decimal("5.10"), date(2026, 3, 2), batch_id="batch-1")
    return replace(case, **changes)  # type: ignore[arg-type]


def an_intent(call_id: str = "call-1", question: bytes = b"question", **changes: object) -> Intent:
    """The wish to ask Acme a question for case-1: hits are reused for an hour, misses for a minute."""
    intent = Intent(call_id, "default", "case-1", "batch-1", "acme", "search", question.ljust(32), PRICE, HOUR, 60, NOW)
    return replace(intent, **changes)  # type: ignore[arg-type]


def a_result(trace_id: str = "trace-1", case: Case | None = None, **changes: object) -> Evidenced:
    """A finished trace with every field filled, resting on one local lookup that brought two records."""
    case = case or a_case()
    call_id = f"{trace_id}-call"
    call = Call(
        call_id,
        case.tenant,
        case.case_id,
        "file",
        "search",
        b"local".ljust(32),
        CallState.SETTLED,
        Decimal(0),
        batch_id=case.batch_id,
        intended_at=NOW,
        sent_at=NOW,
        answered_at=NOW,
    )
    records = (_record("R-1", call_id), replace(_record("R-2", call_id), opted_out=True))
    reasons = (Evidence("surname", 7.25, "the surname is rare", "OXENFELD", "Oxenfeld"),)
    trace = Trace(
        trace_id,
        case.case_id,
        case.account.account_id,
        case.tenant,
        NOW,
        NOW + timedelta(seconds=3),
        StopReason.ENOUGH,
        "address 0.91 >= 0.85",
        Decimal("0.75"),
        (Step("file", "search", StepResult.FOUND, "free", call_id, Decimal("0.75"), 2),),
        (RuleDecision("A-01", Effect.PASS, case.case_id, "the account is open", "15 USC 1681b"),),
        (Match("R-1", "file", 0.987654321, Party.SUBJECT, reasons, ambiguous=True),),
        (_contact(f"{trace_id}.1", call_id, reasons),),
        (replace(_contact(f"{trace_id}.2", call_id, ()), party=Party.RELATIVE, status=ContactStatus.SUPPRESSED),),
        ("two birth dates",),
        MappingProxyType({"matching": "1"}),
    )
    return Evidenced(replace(trace, **changes), records, (LocalReply(call, REPLY),))  # type: ignore[arg-type]


def _record(record_id: str, call_id: str) -> SourceRecord:
    return SourceRecord(
        record_id,
        "file",
        "county",
        call_id,
        "/people/0",
        (NAME,),
        PartialDate(1981, 7, 23),
        "987654329",
        "4329",
        (SIGHTING,),
        (PHONE,),
        (EMAIL,),
        (Relative(Name("Ottoline", "", "Oxenfeld"), "sister"),),
        Fact.NO,
        Fact.NOT_STATED,
        vendor_score="A+",
        relation="household",
    )


def _contact(contact_id: str, call_id: str, reasons: tuple[Evidence, ...]) -> Contact:
    grounds = (
        Ground("file", "R-1", "county", call_id, "/people/0/address"),
        Ground("file", "R-2", "", call_id, "/people/1/address"),
        Ground("file", "", "usps", call_id, "/check", verifies=True),
    )
    mail = Grant(Channel.MAIL, "D-04", "15 USC 1692b", ("America/Los_Angeles",), NOW.time(), None)
    return Contact(
        ContactKind.ADDRESS,
        ADDRESS.text,
        0.1 + 0.2,
        Party.SUBJECT,
        contact_id,
        ContactStatus.VERIFIED,
        ADDRESS,
        LineType.UNKNOWN,
        PartialDate(2019),
        PartialDate(2024, 7, 1),
        grounds,
        reasons,
        (mail,),
        ("moved twice",),
    )


class StoreContract:
    """Inherit, say how to connect, and pytest runs every promise."""

    pytestmark = pytest.mark.asyncio

    def connect(self, folder: Path) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    # Cases

    async def test_a_case_comes_back_as_it_was_accepted(self, tmp_path: Path) -> None:
        bare = Case("bare", Account("A", "open", Decimal(0)), Subject(()), Purpose(), "", Decimal(0), date(2026, 3, 2))
        async with self.connect(tmp_path) as store:
            await store.accept([a_case(), bare])
            assert await store.case("case-1") == a_case()
            assert await store.case("bare") == bare
            assert await store.case("unheard-of") is None

    async def test_what_was_committed_is_there_after_the_store_is_opened_again(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            await store.keep([a_result()])
            fingerprint = store.fingerprint("t", "p", "x", b"query")
        async with self.connect(tmp_path) as store:
            assert await store.case("case-1") == a_case()
            assert await store.trace("trace-1") == a_result().trace
            assert store.fingerprint("t", "p", "x", b"query") == fingerprint

    async def test_a_known_case_is_left_as_it_is(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            assert await store.accept([a_case("case-1"), a_case("case-2")]) == 2
            assert await store.accept([a_case("case-1", requester="somebody else"), a_case("case-3")]) == 1
            assert await store.accept([]) == 0
            assert await store.case("case-1") == a_case("case-1")

    async def test_two_that_accept_the_same_cases_at_once_accept_each_once(self, tmp_path: Path) -> None:
        cases = [a_case(f"case-{n}") for n in range(100)]
        async with self.connect(tmp_path) as one, self.connect(tmp_path) as two:
            accepting = [store.accept(given) for store, given in ((one, cases), (two, cases[::-1])) for _ in range(3)]
            assert sum(await asyncio.gather(*accepting)) == 100
            assert (await one.batch("batch-1")).accepted == 100

    async def test_unfinished_cases_come_in_the_order_they_were_accepted(self, tmp_path: Path) -> None:
        accepted = [f"case-{n}" for n in (5, 3, 9, 1)]
        async with self.connect(tmp_path) as store:
            await store.accept([a_case(case_id) for case_id in accepted] + [a_case("other", batch_id="batch-2")])
            await store.keep([a_result(case=a_case("case-3"))])
            unfinished = [case.case_id async for case in store.unfinished("batch-1")]
            assert unfinished == ["case-5", "case-9", "case-1"]

    async def test_a_batch_counts_its_cases_and_its_money(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case("case-1"), a_case("case-2"), a_case("other", batch_id="batch-2")])
            await _buy(store, an_intent("call-1", b"one"), Decimal("0.10"))
            await _buy(store, an_intent("call-2", b"two"), Decimal("0.20"))
            await store.keep([a_result()])
            state = await store.batch("batch-1")
            assert (state.accepted, state.done, state.spent) == (2, 1, Decimal("0.30"))
            empty = await store.batch("unheard-of")
            assert (empty.accepted, empty.done, empty.spent) == (0, 0, Decimal(0))

    # The ledger: one purchase

    async def test_a_purchase_is_written_down_before_and_after(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            reservation = await store.reserve(an_intent(), NO_CAPS)
            assert isinstance(reservation, Reserved)
            sent = reservation.call
            assert (sent.state, sent.reserved, sent.charged, sent.sent_at) == (CallState.SENT, PRICE, Decimal(0), NOW)
            answered = await store.keep_reply(sent, REPLY)
            settled = await store.settle(answered, Decimal("0.20"), hit=True, at=NOW + timedelta(seconds=3))
            assert (answered.state, settled.state, settled.charged) == (
                CallState.ANSWERED,
                CallState.SETTLED,
                Decimal("0.20"),
            )
            assert (settled.sent_at, settled.answered_at) == (NOW, REPLY.received_at)
            assert await store.calls("case-1") == [settled]
            assert await store.reply("call-1") == REPLY
            assert await store.reply("unheard-of") is None

    async def test_a_look_says_what_a_reservation_would_and_writes_nothing(self, tmp_path: Path) -> None:
        caps = Caps(case=PRICE)
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            assert await store.needless(an_intent(), caps) is None
            assert await store.calls("case-1") == []
            sent = await _up_to(store, CallState.SENT, an_intent(), caps)
            assert await store.needless(an_intent("call-2"), caps) == Unsettled(sent)
            with pytest.raises(CapReached):
                await store.needless(an_intent("call-2", b"other"), caps)
            settled = await store.settle(await store.keep_reply(sent, REPLY), PRICE, hit=True, at=NOW)
            assert await store.needless(an_intent("call-2"), caps) == AlreadyBought(settled, REPLY)
            assert await store.calls("case-1") == [settled]

    async def test_a_case_that_is_not_accepted_cannot_buy(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            with pytest.raises(SkiptraceError):
                await store.reserve(an_intent(), NO_CAPS)

    @pytest.mark.parametrize("state", [CallState.SENT, CallState.ANSWERED, CallState.IN_DOUBT])
    async def test_a_question_under_way_or_in_doubt_is_not_bought_again(self, tmp_path: Path, state: CallState) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            first = await _up_to(store, state, an_intent())
            years_later = an_intent("call-2", at=NOW + timedelta(days=9999))
            assert await store.reserve(years_later, NO_CAPS) == Unsettled(first)
            assert await store.calls("case-1") == [first]

    @pytest.mark.parametrize(("hit", "seconds"), [(True, HOUR), (False, 60)])
    async def test_an_answer_is_reused_until_its_time_is_over(self, tmp_path: Path, hit: bool, seconds: int) -> None:
        over = REPLY.received_at + timedelta(seconds=seconds)
        async with self.connect(tmp_path) as store:
            await store.accept([a_case(), a_case("case-2")])
            settled = await _buy(store, an_intent(), PRICE, hit=hit)
            for at in (NOW - timedelta(hours=1), NOW, over - timedelta(milliseconds=1)):
                assert await store.reserve(an_intent("call-2", case_id="case-2", at=at), NO_CAPS) == AlreadyBought(
                    settled, REPLY
                )
            again = await store.reserve(an_intent("call-2", case_id="case-2", at=over), NO_CAPS)
            assert isinstance(again, Reserved)
            later = an_intent("call-3", case_id="case-2", at=over + timedelta(milliseconds=1))
            assert await store.reserve(later, NO_CAPS) == Unsettled(again.call)

    async def test_within_a_case_an_answer_does_not_go_stale(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            settled = await _buy(store, an_intent(fresh_for=0), PRICE)
            years_later = an_intent("call-2", fresh_for=0, at=NOW + timedelta(days=9999))
            assert await store.reserve(years_later, NO_CAPS) == AlreadyBought(settled, REPLY)

    @pytest.mark.parametrize("state", [CallState.SENT, CallState.ANSWERED, CallState.IN_DOUBT])
    async def test_a_released_question_may_be_bought_again_at_once(self, tmp_path: Path, state: CallState) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            released = await store.release(await _up_to(store, state, an_intent()), "the vendor was busy", NOW)
            assert (released.state, released.reason) == (CallState.NOT_CHARGED, "the vendor was busy")
            assert isinstance(await store.reserve(an_intent("call-2"), NO_CAPS), Reserved)

    async def test_other_questions_and_other_tenants_do_not_share_answers(self, tmp_path: Path) -> None:
        first = an_intent()
        others = (
            replace(first, call_id="call-2", provider="b"),
            replace(first, call_id="call-3", product="b"),
            replace(first, call_id="call-4", tenant="b"),
            replace(first, call_id="call-5", fingerprint=b"b" * 32),
        )
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            await _buy(store, first, PRICE)
            for other in others:
                assert isinstance(await store.reserve(other, NO_CAPS), Reserved)

    async def test_a_stale_token_moves_nothing(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            sent = await _up_to(store, CallState.SENT, an_intent())
            answered = replace(sent, state=CallState.ANSWERED)
            for stale in (answered, replace(sent, token=sent.token + 1), replace(sent, call_id="unheard-of")):
                for move in (
                    store.settle(stale, PRICE, hit=True, at=NOW),
                    store.keep_reply(stale, REPLY),
                    store.release(stale, "", NOW),
                    store.doubt(stale, "", NOW),
                ):
                    with pytest.raises(LostLease):
                        await move
            assert await store.calls("case-1") == [sent]
            assert await store.reply("call-1") is None

    async def test_of_two_workers_that_hold_the_same_call_one_wins(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store, self.connect(tmp_path) as other:
            await store.accept([a_case()])
            call = await _up_to(store, CallState.SENT, an_intent())
            moves = [side.keep_reply(call, REPLY) for side in (store, other) for _ in range(5)]
            results = await asyncio.gather(*moves, return_exceptions=True)
            assert Counter(type(result) for result in results) == {Call: 1, LostLease: 9}

    async def test_doubts_are_listed_by_tenant(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            mine = await _up_to(store, CallState.IN_DOUBT, an_intent("call-1", b"one"))
            await _up_to(store, CallState.IN_DOUBT, an_intent("call-2", b"two", tenant="other"))
            await _buy(store, an_intent("call-3", b"three"), PRICE)
            assert await store.in_doubt("default") == [mine]
            await store.settle(mine, PRICE, hit=False, at=NOW)
            assert await store.in_doubt("default") == []

    async def test_recovery_leaves_no_call_half_way(self, tmp_path: Path) -> None:
        at = NOW + timedelta(hours=1)
        states = (CallState.SENT, CallState.ANSWERED, CallState.IN_DOUBT, CallState.SETTLED)
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            for state in states:
                await _up_to(store, state, an_intent(f"old-{state}", state.encode()))
            await _up_to(store, CallState.SENT, an_intent("young", b"young", at=at))
            assert await store.recover(at) == 2
            found = {call.call_id: (call.state, call.charged) for call in await store.calls("case-1")}
            assert found == {
                "old-sent": (CallState.IN_DOUBT, Decimal(0)),
                "old-answered": (CallState.SETTLED, PRICE),
                "old-in_doubt": (CallState.IN_DOUBT, Decimal(0)),
                "old-settled": (CallState.SETTLED, PRICE),
                "young": (CallState.SENT, Decimal(0)),
            }
            assert await store.recover(at) == 0
            again = await store.reserve(an_intent("new", b"answered"), NO_CAPS)
            assert isinstance(again, AlreadyBought), "what was paid for is used, not bought again"
            assert again.reply == REPLY

    async def test_recovery_books_no_error_that_nobody_has_read(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            for status in (503, 302, 204):
                call = await _up_to(store, CallState.SENT, an_intent(f"call-{status}", b"%d" % status))
                await store.keep_reply(call, replace(REPLY, status=status))
            assert await store.recover(NOW + timedelta(hours=1)) == 3
            found = {call.call_id: (call.state, call.charged) for call in await store.calls("case-1")}
            unread = (CallState.IN_DOUBT, Decimal(0))
            assert found == {"call-503": unread, "call-302": unread, "call-204": (CallState.SETTLED, PRICE)}

    async def test_a_fingerprint_depends_on_every_part(self, tmp_path: Path) -> None:
        parts = [("t", "p", "x", b"q"), ("tp", "", "x", b"q"), ("t", "p", "xq", b""), ("t", "p", "x", b"Q")]
        async with self.connect(tmp_path) as store:
            different = {store.fingerprint(*part) for part in parts}
            assert len(different) == len(parts)
            assert store.fingerprint(*parts[0]) in different

    # The ledger: caps

    @pytest.mark.parametrize("cap", ["case", "run", "day", "provider_day"])
    async def test_a_cap_is_filled_to_the_cent_and_not_crossed(self, tmp_path: Path, cap: str) -> None:
        caps = Caps(**{cap: Decimal("0.30")})
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            await store.reserve(an_intent("call-1", b"1", price=Decimal("0.10")), caps)
            await store.reserve(an_intent("call-2", b"2", price=Decimal("0.20")), caps)
            with pytest.raises(CapReached) as refusal:
                await store.reserve(an_intent("call-3", b"3", price=Decimal("0.000001")), caps)
            assert refusal.value.cap == cap
            assert len(await store.calls("case-1")) == 2
            assert isinstance(await store.reserve(an_intent("call-4", b"4"), NO_CAPS), Reserved)

    async def test_each_cap_counts_its_own(self, tmp_path: Path) -> None:
        elsewhere: dict[str, dict[str, object]] = {
            "case": {"case_id": "case-2"},
            "run": {"batch_id": "batch-2"},
            "day": {"at": NOW + timedelta(days=1)},
            "provider_day": {"provider": "other"},
        }
        async with self.connect(tmp_path) as store:
            await store.accept([a_case(), a_case("case-2")])
            await store.reserve(an_intent("call", b"first"), NO_CAPS)
            for cap, changes in elsewhere.items():
                caps = Caps(**{cap: PRICE})
                with pytest.raises(CapReached):
                    await store.reserve(an_intent(f"refused-{cap}", b"refused"), caps)
                call = await _up_to(store, CallState.SENT, an_intent(cap, cap.encode(), **changes), caps)
                await store.release(call, "", NOW)
            other_tenant = an_intent("tenant", b"tenant", tenant="other")
            assert isinstance(await store.reserve(other_tenant, Caps(*[PRICE] * 4)), Reserved)

    async def test_money_that_was_not_spent_is_given_back(self, tmp_path: Path) -> None:
        caps = Caps(day=PRICE)
        tomorrow = NOW + timedelta(days=1)
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            call = await _up_to(store, CallState.SENT, an_intent("call-1", b"1"), caps)
            await store.release(call, "", tomorrow)
            await _buy(store, an_intent("call-2", b"2"), Decimal("0.05"), caps=caps)
            doubt = await _up_to(store, CallState.IN_DOUBT, an_intent("call-3", b"3", price=Decimal("0.20")), caps)
            with pytest.raises(CapReached):
                await store.reserve(an_intent("call-4", b"4", price=Decimal("0.01")), caps)
            await store.settle(doubt, Decimal(0), hit=False, at=tomorrow)
            assert isinstance(await store.reserve(an_intent("call-5", b"5", price=Decimal("0.20")), caps), Reserved)

    async def test_caps_hold_when_many_buy_at_once(self, tmp_path: Path) -> None:
        """64 workers on two connections want 1,000 calls; the cap has room for 100."""
        caps = Caps(day=100 * PRICE)
        bought: list[str] = []
        async with self.connect(tmp_path) as one, self.connect(tmp_path) as two:
            await one.accept([a_case()])
            wanted = iter(range(1000))

            async def work(store: Store) -> None:
                for n in wanted:
                    intent = an_intent(f"call-{n}", str(n).encode())
                    try:
                        call = await _up_to(store, CallState.SENT, intent, caps)
                    except CapReached:
                        continue
                    if n % 10 == 0:
                        await store.release(call, "", NOW)
                    else:
                        bought.append(call.call_id)

            await asyncio.gather(*(work(store) for store in [one, two] * 32))
            with suppress(CapReached):  # whoever comes when room was given back after all others were refused
                for n in range(1000, 1101):
                    call = await _up_to(one, CallState.SENT, an_intent(f"call-{n}", str(n).encode()), caps)
                    bought.append(call.call_id)
            open_calls = [c for c in await one.calls("case-1") if c.state is CallState.SENT]
            assert sorted(call.call_id for call in open_calls) == sorted(bought)
            assert len(bought) == 100

    async def test_of_many_that_ask_the_same_at_once_one_buys(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as one, self.connect(tmp_path) as two:
            await one.accept([a_case()])
            asking = [
                store.reserve(an_intent(f"call-{n}-{q}", b"question %d" % q), NO_CAPS)
                for q in range(20)
                for n, store in enumerate([one, two] * 5)
            ]
            results = await asyncio.gather(*asking)
            assert Counter(type(result) for result in results) == {Reserved: 20, Unsettled: 180}

    # Traces

    async def test_a_trace_comes_back_with_all_that_it_rests_on(self, tmp_path: Path) -> None:
        done = a_result()
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            await store.keep([done])
            assert await store.trace("trace-1") == done.trace
            assert tuple(await store.records("trace-1")) == done.records
            assert await store.calls("case-1") == [done.local_replies[0].call]
            assert await store.reply("trace-1-call") == REPLY
            assert await store.trace("unheard-of") is None
            assert await store.records("unheard-of") == []

    async def test_keeping_a_trace_again_changes_nothing(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            await store.keep([a_result()])
            await store.keep([a_result(stop=StopReason.CANCELLED)])
            assert await store.trace("trace-1") == a_result().trace

    async def test_a_bought_reply_is_evidence_for_a_later_case(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case(), a_case("case-2")])
            bought = await _buy(store, an_intent(), PRICE)
            record = _record("R-9", bought.call_id)
            contact = replace(_contact("x", bought.call_id, ()), grounds=(Ground("file", "R-9"),))
            done = a_result("trace-2", a_case("case-2"), contacts=(contact,), third_party_contacts=())
            await store.keep([replace(done, records=(record,), local_replies=())])
            trace = await store.trace("trace-2")
            assert trace is not None
            assert trace.contacts[0].grounds[0].call_id == bought.call_id, "the record leads to its call"

    @pytest.mark.parametrize("table", ["contacts", "third_party_contacts"])
    @pytest.mark.parametrize(
        "grounds",
        [
            pytest.param((), id="nothing"),
            pytest.param((Ground("file", "R-77", call_id="trace-1-call"),), id="a record of no trace"),
            pytest.param((Ground("file", "", call_id="unheard-of"),), id="a call that never was"),
            pytest.param((Ground("file", ""),), id="no call at all"),
        ],
    )
    async def test_a_contact_without_evidence_is_refused(
        self, tmp_path: Path, table: str, grounds: tuple[Ground, ...]
    ) -> None:
        contact = replace(_contact("trace-1.1", "trace-1-call", ()), grounds=grounds)
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            with pytest.raises(SkiptraceError):
                await store.keep([a_result("trace-2"), a_result("trace-1", None, **{table: (contact,)})])
            assert await store.trace("trace-1") is None
            assert await store.trace("trace-2") is None, "what is kept together is kept whole or not at all"
            assert await store.calls("case-1") == []

    async def test_one_bad_trace_does_not_fail_the_others(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            orphan = a_result("orphan", a_case("never-accepted"))
            bare = replace(_contact("x", "", ()), grounds=())
            keeping = [
                store.keep([done])
                for done in (
                    a_result("trace-1"),
                    orphan,
                    a_result("bare", contacts=(bare,)),
                    a_result("half a character \ud800"),
                    a_result("trace-2"),
                )
            ]
            results = await asyncio.gather(*keeping, return_exceptions=True)
            assert [isinstance(result, Exception) for result in results] == [False, True, True, True, False]
            assert await store.traces_of_account("default", "A case-1") == ["trace-2", "trace-1"]

    async def test_many_traces_kept_at_once_are_all_kept(self, tmp_path: Path) -> None:
        cases = [a_case(f"case-{n}") for n in range(300)]
        async with self.connect(tmp_path) as one, self.connect(tmp_path) as two:
            await one.accept(cases)
            keeping = [(one, two)[n % 2].keep([a_result(f"trace-{n}", case)]) for n, case in enumerate(reversed(cases))]
            await asyncio.gather(*keeping)
            kept = [trace.case_id async for trace in one.batch_traces("batch-1")]
            assert kept == [case.case_id for case in cases], "in the order the cases were accepted"
            assert [case async for case in one.unfinished("batch-1")] == []

    async def test_the_traces_of_an_account_are_its_own_and_newest_first(self, tmp_path: Path) -> None:
        theirs = a_case("case-2", tenant="other", account=a_case().account)
        days: Sequence[tuple[str, int]] = (("b", 2), ("c", 3), ("a", 1))
        async with self.connect(tmp_path) as store:
            await store.accept([a_case(), theirs])
            await store.keep([a_result(name, finished_at=NOW + timedelta(days=day)) for name, day in days])
            await store.keep([a_result("theirs", theirs)])
            assert await store.traces_of_account("default", "A case-1") == ["c", "b", "a"]
            assert await store.traces_of_account("other", "A case-1") == ["theirs"]
            assert [trace.trace_id async for trace in store.batch_traces("batch-1")] == ["c", "theirs"]

    async def test_strange_text_is_kept_and_given_back(self, tmp_path: Path) -> None:
        strange = "a\0b \u202e '; DROP TABLE cases; -- é 𝄞"
        case = a_case("case-1", requester=strange, subject=Subject((Name(strange, strange, strange),)))
        done = a_result("trace-1", case)
        records = tuple(replace(record, record_id=strange + record.record_id) for record in done.records)
        grounds = (Ground("file", strange + "R-1", "", "trace-1-call", ""),)
        contact = replace(done.trace.contacts[0], value=strange, grounds=grounds, notes=(strange,))
        trace = replace(done.trace, contacts=(contact,), third_party_contacts=(), events=(strange,))
        async with self.connect(tmp_path) as store:
            await store.accept([case])
            await store.keep([replace(done, trace=trace, records=records)])
            assert await store.case("case-1") == case
            assert tuple(await store.records("trace-1")) == records
            kept = await store.trace("trace-1")
            assert kept is not None
            assert (kept.events, kept.contacts[0].value) == ((strange,), strange)

    # Outcomes

    async def test_outcomes_are_kept_with_their_trace(self, tmp_path: Path) -> None:
        later = Outcome("o-2", "trace-1", "trace-1.1", OutcomeKind.RIGHT_PARTY, NOW + timedelta(days=2), "jane")
        first = Outcome("o-1", "trace-1", "trace-1.1", OutcomeKind.NO_ANSWER, NOW, "jane")
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            await store.keep([a_result()])
            await store.record_outcome(later)
            await store.record_outcome(first)
            assert await store.outcomes("trace-1") == [first, later]
            assert await store.outcomes("unheard-of") == []

    async def test_an_outcome_needs_a_contact_of_the_subject(self, tmp_path: Path) -> None:
        async with self.connect(tmp_path) as store:
            await store.accept([a_case()])
            await store.keep([a_result()])
            for contact_id in ("unheard-of", "trace-1.2"):
                with pytest.raises(SkiptraceError):
                    await store.record_outcome(Outcome("o", "trace-1", contact_id, OutcomeKind.DELIVERED, NOW, "jane"))
            assert await store.outcomes("trace-1") == []


async def _up_to(store: Store, state: CallState, intent: Intent, caps: Caps = NO_CAPS) -> Call:
    """A fresh purchase, moved on as far as ``state``."""
    reservation = await store.reserve(intent, caps)
    assert isinstance(reservation, Reserved)
    call = reservation.call
    if state is CallState.SENT:
        return call
    if state is CallState.IN_DOUBT:
        return await store.doubt(call, "no reply came", intent.at)
    call = await store.keep_reply(call, REPLY)
    return call if state is CallState.ANSWERED else await store.settle(call, intent.price, hit=True, at=intent.at)


async def _buy(store: Store, intent: Intent, charged: Decimal, *, hit: bool = True, caps: Caps = NO_CAPS) -> Call:
    answered = await _up_to(store, CallState.ANSWERED, intent, caps)
    return await store.settle(answered, charged, hit=hit, at=intent.at)
