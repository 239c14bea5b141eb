"""Which contacts the account had already."""

from __future__ import annotations

from skiptrace.model import ContactKind
from skiptrace.reporting.known import on_account
from tests import builders as build


def test_the_accounts_own_address_and_phone_are_no_news_however_they_are_written() -> None:
    contacts = (
        build.address("118 ALDER COURT UNIT 4", 0.9, contact_id="same"),
        build.address("118 Alder Ct Apt 5", 0.9, contact_id="other unit"),
        build.address("9 Larkspur Way", 0.9, contact_id="new"),
        build.phone("+15125550142", 0.9, contact_id="phone"),
        build.phone("+15125550143", 0.9, contact_id="new phone"),
        build.phone("marion@example.com", 0.9, kind=ContactKind.EMAIL, contact_id="mail"),
    )

    assert on_account(build.subject(), contacts) == {"same", "phone"}
