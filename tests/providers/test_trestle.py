"""What is peculiar to Trestle, beside the contract."""

import pytest

from skiptrace.errors import StopProvider, TryLater
from skiptrace.model import Address, Answer, Fact, LineType, Name, PartialDate, PhoneCheck
from skiptrace.testing import ProviderContract
from skiptrace.testing.provider import INQUIRY
from tests.providers.wires import FIXTURES, built, fixture, told

TRESTLE = built("trestle")


class TestTrestleKeepsTheContract(ProviderContract):
    provider_id = "trestle"
    fixtures = FIXTURES / "trestle"


def reverse(**changes: object) -> Answer:
    return TRESTLE.to_answer("reverse_phone", told(fixture("trestle/reverse_phone/hit") | changes), "call-1")


def check(**changes: object) -> PhoneCheck:
    body = fixture("trestle/phone_validation/hit") | changes
    (found,) = TRESTLE.to_answer("phone_validation", told(body), "call-1").checks
    assert isinstance(found, PhoneCheck)
    return found


def test_the_number_is_all_that_is_asked() -> None:
    for product in ("reverse_phone", "phone_validation"):
        request = TRESTLE.to_request(product, INQUIRY)
        assert request is not None
        assert request.query == {"phone": "9165550147"}


def test_the_litigator_add_on_is_asked_for_only_when_set() -> None:
    request = built("trestle", add_ons="litigator_checks").to_request("phone_validation", INQUIRY)

    assert request is not None
    assert request.query["add_ons"] == "litigator_checks"


class TestReversePhone:
    def test_an_owner_becomes_a_record_with_the_number_and_his_addresses(self) -> None:
        owner = reverse().records[0]

        assert owner.names == (Name("Marguerite", "Q", "Oxenfeld"),)
        assert (owner.phones[0].number, owner.phones[0].line_type) == ("9165550147", LineType.NONFIXED_VOIP)
        assert owner.phones[0].first_seen == PartialDate(2019, 3, 23)
        assert owner.addresses[0].address == Address("742 Juniper Hollow Rd", "Apt 9", "Sacramento", "CA", "958149999")
        assert owner.addresses[0].first_seen == PartialDate(2019, 6, 1)

    def test_a_business_is_labelled_as_one(self) -> None:
        shop = reverse().records[1]

        assert (shop.names[0].text, shop.relation) == ("Oxenfeld Upholstery LLC", "business")

    def test_the_short_form_of_zip_plus_four_is_read_too(self) -> None:
        owner = fixture("trestle/reverse_phone/hit")["owners"][0]
        owner["current_addresses"][0]["zip4"] = "9999"

        assert reverse(owners=[owner]).records[0].addresses[0].address.zip_code == "958149999"

    def test_associated_people_are_relatives_not_records(self) -> None:
        owner = fixture("trestle/reverse_phone/hit")["owners"][0]
        owner["associated_people"] = [{"name": "Ambrose Oxenfeld", "firstname": "Ambrose", "lastname": "Oxenfeld"}]
        (record,) = reverse(owners=[owner]).records

        assert [relative.name.first for relative in record.relatives] == ["Ambrose"]

    @pytest.mark.parametrize("emails", [["m.oxenfeld@example.com"], [{"email": "m.oxenfeld@example.com"}]])
    def test_emails_come_as_texts_or_as_objects(self, emails: object) -> None:
        owner = fixture("trestle/reverse_phone/hit")["owners"][0] | {"emails": emails}

        assert reverse(owners=[owner]).records[0].emails[0].email == "m.oxenfeld@example.com"

    def test_null_owners_are_nobody(self) -> None:
        assert not reverse(owners=None).found


class TestPhoneValidation:
    @pytest.mark.parametrize(
        ("score", "fact"),
        [
            (100, Fact.YES),
            (70, Fact.YES),
            (69, Fact.UNKNOWN),
            (50, Fact.UNKNOWN),
            (31, Fact.UNKNOWN),
            (30, Fact.NO),
            (0, Fact.NO),
            (None, Fact.UNKNOWN),
        ],
    )
    def test_the_activity_score_is_read_as_the_vendor_reads_it(self, score: int | None, fact: Fact) -> None:
        assert check(activity_score=score).connected is fact

    def test_an_invalid_number_is_a_finding(self) -> None:
        assert check(is_valid=False, activity_score=None).valid is Fact.NO

    @pytest.mark.parametrize(
        ("add_ons", "fact"),
        [
            ({"litigator_checks": {"phone.is_litigator_risk": True}}, Fact.YES),
            ({"litigator_checks": {"phone.is_litigator_risk": False}}, Fact.NO),
            ({"litigator_checks": {"phone.is_litigator_risk": None}}, Fact.UNKNOWN),
            ({}, Fact.NOT_STATED),
            (None, Fact.NOT_STATED),
        ],
    )
    def test_a_litigator_is_known_only_when_asked_for(self, add_ons: object, fact: Fact) -> None:
        assert check(add_ons=add_ons).litigator is fact

    @pytest.mark.parametrize(
        ("text", "line_type"),
        [
            ("Landline", LineType.LANDLINE),
            ("FixedVOIP", LineType.FIXED_VOIP),
            ("TollFree", LineType.TOLL_FREE),
            ("Voicemail", LineType.OTHER),
            ("Satellite", LineType.UNKNOWN),
            (None, LineType.UNKNOWN),
        ],
    )
    def test_line_types_are_normalised(self, text: str | None, line_type: LineType) -> None:
        assert check(line_type=text).line_type is line_type


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"errorCode": "RATE_LIMIT_EXCEEDED"}, TryLater),
        ({"error": "rate_limit_exceeded"}, TryLater),
        ({"errorCode": "QUOTA_EXCEEDED"}, StopProvider),
        ({"error": "quota_exceeded"}, StopProvider),
    ],
)
def test_429_is_too_fast_or_the_end_of_the_quota(body: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        TRESTLE.to_answer("phone_validation", told(body, status=429), "call-1")
