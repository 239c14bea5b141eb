"""What is peculiar to EnformionGO, beside the contract."""

import pytest

from skiptrace.errors import BrokenReply, SkipProvider, StopProvider
from skiptrace.model import (
    Address,
    AddressSighting,
    Answer,
    Fact,
    Inquiry,
    LineType,
    Name,
    PartialDate,
    PhoneSighting,
    Relative,
    SourceRecord,
    Subject,
)
from skiptrace.testing import ProviderContract
from skiptrace.testing.provider import INQUIRY
from tests.providers.wires import FIXTURES, built, fixture, told

ENFORMION = built("enformion")


class TestEnformionKeepsTheContract(ProviderContract):
    provider_id = "enformion"
    fixtures = FIXTURES / "enformion"


def search(**changes: object) -> SourceRecord:
    """The first person of a Person Search, with some of his keys changed."""
    body = fixture("enformion/person_search/hit")
    body["persons"][0] |= changes
    return ENFORMION.to_answer("person_search", told(body), "call-1").records[0]


def enrich(**changes: object) -> Answer:
    return ENFORMION.to_answer("contact_enrich", told(fixture("enformion/contact_enrich/hit") | changes), "call-1")


class TestRequests:
    def test_contact_enrich_is_asked_as_the_reference_shows(self) -> None:
        request = ENFORMION.to_request("contact_enrich", INQUIRY)

        assert request is not None
        assert (request.method, request.path) == ("POST", "/Contact/Enrich")
        assert request.headers == {"galaxy-search-type": "DevAPIContactEnrich"}
        assert request.body == {
            "FirstName": "Marguerite",
            "MiddleName": "Q",
            "LastName": "Oxenfeld",
            "Dob": "07/23/1981",
            "Phone": "(916) 555-0147",
            "Email": "m.oxenfeld@example.com",
            "Address": {"addressLine1": "742 Juniper Hollow Rd, Apt 9", "addressLine2": "Sacramento, CA"},
        }

    def test_person_search_adds_the_number_and_asks_for_dates_of_death(self) -> None:
        request = ENFORMION.to_request("person_search", INQUIRY)

        assert request is not None
        assert isinstance(request.body, dict)
        assert request.body["Ssn"] == "987-65-4329"
        assert request.body["Addresses"] == [
            {"AddressLine1": "742 Juniper Hollow Rd, Apt 9", "AddressLine2": "Sacramento, CA"}
        ]
        assert "DatesOfDeath" in request.body["Includes"]

    def test_the_parts_asked_for_can_be_set(self) -> None:
        request = built("enformion", includes="Addresses, Indicators").to_request("person_search", INQUIRY)

        assert request is not None
        assert isinstance(request.body, dict)
        assert request.body["Includes"] == ["Addresses", "Indicators"]

    def test_a_birth_date_without_its_day_is_not_sent(self) -> None:
        subject = Subject(INQUIRY.subject.names, birth_date=PartialDate(1981, 7), phones=INQUIRY.subject.phones)
        request = ENFORMION.to_request("person_search", Inquiry(subject))

        assert request is not None
        assert "birth_date" not in request.fields

    @pytest.mark.parametrize("number", ["555-0147", "12345", "+44 20 7946 0123", ""])
    def test_a_number_that_is_not_ten_digits_is_not_a_phone(self, number: str) -> None:
        subject = Subject(INQUIRY.subject.names, phones=(PhoneSighting(number),))

        assert ENFORMION.to_request("contact_enrich", Inquiry(subject)) is None

    def test_a_name_and_a_city_are_too_little(self) -> None:
        subject = Subject(INQUIRY.subject.names, addresses=(AddressSighting(Address(city="Sacramento", state="CA")),))

        assert ENFORMION.to_request("person_search", Inquiry(subject)) is None


class TestReplies:
    def test_every_value_of_a_person_is_mapped(self) -> None:
        record = search()

        assert record.record_id == "G1234567890"
        assert record.names == (Name("Marguerite", "Q", "Oxenfeld"), Name("Marguerite", "", "Tolliver"))
        assert record.birth_date == PartialDate(1981, 7)
        assert record.addresses[0] == AddressSighting(
            Address("742 Juniper Hollow Rd", "Apt 9", "Sacramento", "CA", "958141234"),
            PartialDate(2019, 6, 1),
            PartialDate(2026, 2, 14),
            Fact.YES,
        )
        assert [(p.line_type, p.connected) for p in record.phones] == [
            (LineType.MOBILE, Fact.YES),
            (LineType.LANDLINE, Fact.NO),
        ]
        assert record.phones[1].last_seen == PartialDate(2009, 5)
        assert record.emails[0].email == "m.oxenfeld@example.com"

    def test_relatives_are_evidence_and_never_names_or_contacts_of_the_person(self) -> None:
        record = search()

        assert record.relatives == (
            Relative(Name("Ambrose", "", "Oxenfeld"), "Spouse"),
            Relative(Name("Philippa", "", "Drummond"), "associate"),
        )
        assert all(name.first == "Marguerite" for name in record.names)

    def test_an_address_in_one_line_is_read(self) -> None:
        record = ENFORMION.to_answer("person_search", told(fixture("enformion/person_search/hit")), "c").records[1]

        assert record.addresses[0].address == Address("PO Box 31", "", "Dixon", "CA", "95620")

    @pytest.mark.parametrize(
        ("dates", "fact"), [([{"dod": "4/2/2021"}], Fact.YES), ([], Fact.UNKNOWN), (None, Fact.UNKNOWN)]
    )
    def test_death_is_stated_or_unknown_never_denied(self, dates: object, fact: Fact) -> None:
        assert search(datesOfDeath=dates).deceased is fact

    def test_contact_enrich_has_no_field_for_death_or_bankruptcy(self) -> None:
        record = enrich().records[0]

        assert (record.deceased, record.bankrupt) == (Fact.NOT_STATED, Fact.NOT_STATED)

    @pytest.mark.parametrize(
        ("indicators", "fact"),
        [
            ({"bankruptcyRecords": 2}, Fact.YES),
            ({"bankruptcyRecords": "1"}, Fact.YES),
            ({"hasBankruptcy": True}, Fact.YES),
            ({"bankruptcyRecords": 0}, Fact.UNKNOWN),
            ({"bankruptcyRecords": "0"}, Fact.UNKNOWN),
            ({"hasBankruptcy": False}, Fact.UNKNOWN),
            ({"deathRecords": 1}, Fact.NOT_STATED),
            (None, Fact.NOT_STATED),
        ],
    )
    def test_bankruptcy_is_a_count_that_never_says_no(self, indicators: object, fact: Fact) -> None:
        assert search(indicators=indicators).bankrupt is fact

    def test_a_person_who_opted_out_has_no_contacts(self) -> None:
        record = search(isOptedOut=True)

        assert record.opted_out
        assert (record.addresses, record.phones, record.emails, record.relatives) == ((), (), (), ())

    def test_an_error_object_beside_a_success_means_nothing(self) -> None:
        assert enrich(isError=False, error={"inputErrors": [], "warnings": ["old address"]}).found

    @pytest.mark.parametrize("error", [{"inputErrors": ["Dob"]}, {"inputErrors": []}, None])
    def test_is_error_under_status_200_is_no_answer(self, error: object) -> None:
        with pytest.raises(SkipProvider):
            enrich(person=None, isError=True, error=error)

    def test_status_444_is_a_block(self) -> None:
        with pytest.raises(StopProvider):
            ENFORMION.to_answer("contact_enrich", told({}, status=444), "call-1")

    @pytest.mark.parametrize("body", [{"persons": None}, {"person": None}, {"message": "No strong matches"}])
    def test_a_search_without_a_list_of_persons_is_broken(self, body: object) -> None:
        with pytest.raises(BrokenReply):
            ENFORMION.to_answer("person_search", told(body), "call-1")

    @pytest.mark.parametrize("person", [{}, {"name": {}}, {"name": None}, {"addresses": []}])
    def test_a_person_without_a_name_is_broken(self, person: object) -> None:
        with pytest.raises(BrokenReply):
            enrich(person=person)

    def test_numbers_booleans_and_blanks_come_in_any_spelling(self) -> None:
        record = search(age="44", addresses=[{"latitude": "", "zip": 95814, "city": None, "houseNumber": 7}])

        assert record.addresses[0].address == Address("7", "", "", "", "95814")

    @pytest.mark.parametrize(
        ("value", "fact"), [(True, Fact.YES), ("Y", Fact.YES), (0, Fact.NO), (None, Fact.UNKNOWN), ("?", Fact.UNKNOWN)]
    )
    def test_yes_and_no_come_in_any_spelling(self, value: object, fact: Fact) -> None:
        assert search(addresses=[{"city": "Davis", "isDeliverable": value}]).addresses[0].deliverable is fact

    def test_more_people_than_were_returned_is_said(self) -> None:
        answer = ENFORMION.to_answer("person_search", told(fixture("enformion/person_search/partial")), "call-1")

        assert answer.warnings == ("37 people fit, 1 were returned",)

    def test_five_hundred_and_one_addresses_are_no_answer(self) -> None:
        with pytest.raises(BrokenReply):
            search(addresses=[{"city": "Davis"}] * 501)

    @pytest.mark.parametrize(
        ("text", "line_type"),
        [
            ("Mobile", LineType.MOBILE),
            ("Wireless", LineType.MOBILE),
            ("LandLine/Residential", LineType.LANDLINE),
            ("Voip", LineType.UNKNOWN),
            ("", LineType.UNKNOWN),
        ],
    )
    def test_line_types_are_free_text(self, text: str, line_type: LineType) -> None:
        phones = [{"phoneNumber": "(916) 555-0147", "phoneType": text}]

        assert search(phoneNumbers=phones).phones[0].line_type is line_type
