"""What is peculiar to Smarty US Street, beside the contract."""

from typing import Any

import pytest

from skiptrace.errors import BrokenReply
from skiptrace.model import Address, AddressCheck, Fact, Inquiry
from skiptrace.testing import ProviderContract
from skiptrace.testing.provider import INQUIRY, SUBJECT
from tests.providers.wires import FIXTURES, built, fixture, told

SMARTY = built("smarty")
ASKED = {"skiptrace-asked": '{"street": "742 juniper hollow road", "city": "Sacramento", "state": "CA"}'}


class TestSmartyKeepsTheContract(ProviderContract):
    provider_id = "smarty"
    fixtures = FIXTURES / "smarty"


def check(**changes: dict[str, object]) -> AddressCheck:
    """The one candidate's check, with some keys of its parts changed."""
    (candidate,) = fixture("smarty/us_street/hit")
    for part, values in changes.items():
        candidate[part] = {**candidate[part], **values}
    (found,) = SMARTY.to_answer("us_street", told([candidate], headers=ASKED), "call-1").checks
    assert isinstance(found, AddressCheck)
    return found


def test_the_address_is_sent_in_its_parts() -> None:
    request = SMARTY.to_request("us_street", INQUIRY)

    assert request is not None
    assert request.query == {
        "street": "742 Juniper Hollow Rd",
        "secondary": "Apt 9",
        "city": "Sacramento",
        "state": "CA",
        "zipcode": "95814",
        "candidates": "2",
    }


@pytest.mark.parametrize("address", [Address(), Address(line="1 Elm St"), Address(line="1 Elm St", city="Davis")])
def test_a_street_without_a_place_is_not_asked(address: Address) -> None:
    assert SMARTY.to_request("us_street", Inquiry(SUBJECT, address=address)) is None


def test_the_check_is_about_the_address_asked_and_gives_the_standard_form() -> None:
    found = check()

    assert found.asked == Address("742 juniper hollow road", "", "Sacramento", "CA", "")
    assert found.standard == Address("742 Juniper Hollow Rd Apt 9", "", "Sacramento", "CA", "958141234")


def test_a_reply_that_does_not_say_what_was_asked_is_not_read() -> None:
    with pytest.raises(BrokenReply):
        SMARTY.to_answer("us_street", told(fixture("smarty/us_street/hit")), "call-1")


@pytest.mark.parametrize(
    ("code", "deliverable", "unit_confirmed"),
    [
        ("Y", Fact.YES, Fact.YES),
        ("S", Fact.YES, Fact.NO),
        ("D", Fact.YES, Fact.NO),
        ("N", Fact.NO, Fact.NOT_STATED),
        ("", Fact.UNKNOWN, Fact.NOT_STATED),
        ("?", Fact.UNKNOWN, Fact.NOT_STATED),
    ],
)
def test_the_delivery_point_code_is_translated(code: str, deliverable: Fact, unit_confirmed: Fact) -> None:
    found = check(analysis={"dpv_match_code": code})

    assert (found.deliverable, found.unit_confirmed) == (deliverable, unit_confirmed)


def test_a_house_without_units_has_none_to_confirm() -> None:
    assert check(components={"secondary_number": ""}).unit_confirmed is Fact.NOT_STATED


@pytest.mark.parametrize(("flag", "fact"), [("Y", Fact.YES), ("N", Fact.NO), ("", Fact.UNKNOWN), (None, Fact.UNKNOWN)])
def test_vacancy_and_mail_drops_are_known_or_unknown(flag: str | None, fact: Fact) -> None:
    found = check(analysis={"dpv_vacant": flag, "dpv_cmra": flag})

    assert (found.vacant, found.mail_drop) == (fact, fact)


@pytest.mark.parametrize(
    ("rdi", "fact"), [("Residential", Fact.YES), ("Commercial", Fact.NO), ("", Fact.UNKNOWN), (None, Fact.UNKNOWN)]
)
def test_residential_is_known_or_unknown(rdi: str | None, fact: Fact) -> None:
    assert check(metadata={"rdi": rdi}).residential is fact


@pytest.mark.parametrize(
    ("metadata", "zone"),
    [
        ({"time_zone": "Pacific"}, "America/Los_Angeles"),
        ({"time_zone": "Mountain", "obeys_dst": True}, "America/Denver"),
        ({"time_zone": "Mountain", "obeys_dst": False}, "America/Phoenix"),
        ({"time_zone": "Mountain", "obeys_dst": None, "dst": False}, "America/Phoenix"),
        ({"time_zone": "Hawaii", "obeys_dst": False}, "Pacific/Honolulu"),
        ({"time_zone": "Samoa"}, ""),
        ({"time_zone": None}, ""),
    ],
)
def test_time_zones_become_iana_names_or_stay_unknown(metadata: dict[str, Any], zone: str) -> None:
    assert check(metadata=metadata).time_zone == zone


def test_two_candidates_are_no_verdict() -> None:
    answer = SMARTY.to_answer("us_street", told(fixture("smarty/us_street/partial"), headers=ASKED), "call-1")

    assert (answer.checks, answer.complete) == ((), False)
