"""Each charged call and each line of the invoice ends in exactly one list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from skiptrace.errors import BadInput
from skiptrace.model import Call, CallState
from skiptrace.reporting.reconciling import InvoiceLine, read_invoice, reconcile

SENT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def call(name: str, **changes: object) -> Call:
    price = Decimal("0.25")
    base = Call(name, "t", "case", "acme", "search", b"", CallState.SETTLED, price, price, sent_at=SENT)
    return replace(base, **changes)  # type: ignore[arg-type]


def line(number: int, amount: str = "0.25", reference: str = "", day: int = 2) -> InvoiceLine:
    return InvoiceLine(number, date(2026, 3, day), "search", Decimal(amount), reference)


def test_equal_searches_of_a_day_are_matched_one_to_one() -> None:
    result = reconcile([call("a"), call("b"), call("c")], [line(1), line(2, "0.250")])
    assert [(c.call_id, theirs.number) for c, theirs in result.matched] == [("a", 1), ("b", 2)]
    assert [c.call_id for c in result.only_ours] == ["c"]
    assert not result.agrees


def test_a_reference_decides_before_likeness() -> None:
    result = reconcile([call("a"), call("b")], [line(1), line(2, "9.99", "a")])
    assert {(c.call_id, theirs.number) for c, theirs in result.matched} == {("a", 2), ("b", 1)}
    assert result.agrees


def test_what_they_charge_and_we_do_not_know_is_theirs() -> None:
    result = reconcile([call("a")], [line(1), line(2, day=3), line(3, "0.30"), line(4, reference="unknown")])
    assert [theirs.number for theirs in result.only_theirs] == [2, 3, 4]


def test_a_doubt_is_settled_by_a_line_and_listed_without_one() -> None:
    doubt = call("d", state=CallState.IN_DOUBT, charged=Decimal(0))
    assert reconcile([doubt], [line(1)]).matched == [(doubt, line(1))]
    assert reconcile([doubt], []).in_doubt == [doubt]


@pytest.mark.parametrize("state", [CallState.SETTLED, CallState.NOT_CHARGED])
def test_what_cost_nothing_is_not_expected(state: CallState) -> None:
    assert reconcile([call("a", state=state, charged=Decimal(0))], []).agrees


def test_an_invoice_is_read_with_its_dollar_signs(tmp_path: Path) -> None:
    file = tmp_path / "invoice.csv"
    file.write_text('\ufeffdate,product,amount,reference\n2026-03-02,search,"$1,000.25",x\n', encoding="utf-8")
    assert read_invoice(file) == [line(1, "1000.25", "x")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,amount\n", "lacks the column product"),
        ("date,product,amount\n02.03.2026,search,1\n", "line 1 has no date"),
        ("date,product,amount\n2026-03-02,search,one\n", "line 1 has no date"),
    ],
)
def test_a_wrong_invoice_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "invoice.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        read_invoice(file)
