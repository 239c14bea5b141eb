"""Reading what vendors write: JSON, dates, numbers."""

import pytest

from skiptrace.errors import BrokenReply
from skiptrace.model import PartialDate, Reply
from skiptrace.providers.reading import Items, Text, WireModel, read_json, us_phone_digits, vendor_date, zip_code
from tests.providers.wires import NOW


class Person(WireModel):
    name: Text
    phones: Items[Text] = ()


def read(body: bytes, content_type: str = "application/json") -> Person:
    return read_json("acme", Reply(200, body, NOW, {"content-type": content_type}), Person)


class TestJson:
    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ('{"name": "Zoë"}'.encode(), "application/json"),
            ('{"name": "Zoë"}'.encode("utf-8-sig"), "application/json; charset=UTF-8"),
            ('{"name": "Zoë"}'.encode("latin-1"), 'application/json; charset="ISO-8859-1"'),
            ('{"name": "Zoë"}'.encode("utf-16"), "application/json; charset=utf-16"),
        ],
    )
    def test_the_stated_charset_is_honoured(self, body: bytes, content_type: str) -> None:
        assert read(body, content_type).name == "Zoë"

    def test_nul_characters_are_taken_out_everywhere(self) -> None:
        person = read(b'{"name": "A\\u0000da", "phones": ["\\u00001"], "\\u0000x": {"y": "\\u0000"}}')

        assert (person.name, person.phones) == ("Ada", ("1",))

    def test_a_backslash_before_u0000_is_not_a_nul(self) -> None:
        assert read(b'{"name": "A\\\\u0000"}').name == "A\\u0000"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b'{"name": "x"',
            b'{"name": "x"} {"name": "y"}',
            b'{"name": NaN}',
            b'{"name": 1e400}',
            b'{"name": "\\ud800"}',
            b'{"name": "\xff"}',
            b'{"name": ' + b"[" * 100_000,
            b'{"name": ' + b"9" * 5000 + b"}",
            b'{"name": true}',
            b'{"name": ["x"]}',
            b'{"name": "x", "phones": "555"}',
            b'{"name": "x", "phones": {"a": 1}}',
            b'{"name": "x", "phones": [[]]}',
            b"{}",
        ],
        ids=lambda body: body[:24].decode("latin-1"),
    )
    def test_what_is_not_as_promised_is_broken(self, body: bytes) -> None:
        with pytest.raises(BrokenReply):
            read(body)

    def test_an_unknown_charset_is_broken(self) -> None:
        with pytest.raises(BrokenReply):
            read(b"{}", "application/json; charset=ebcdic-xyz")

    def test_the_message_names_the_field_and_not_its_value(self) -> None:
        with pytest.raises(BrokenReply) as raised:
            read(b'{"name": "x", "phones": ["916-555-0147", ["Oxenfeld"]]}')

        assert "phones.1" in raised.value.reason
        assert "Oxenfeld" not in f"{raised.value!r} {raised.value}"


class TestValues:
    @pytest.mark.parametrize(
        ("text", "date"),
        [
            ("6/1/2019", PartialDate(2019, 6, 1)),
            ("03/01/2025", PartialDate(2025, 3, 1)),
            ("6/1/2019 12:00:00 AM", PartialDate(2019, 6, 1)),
            ("3/2019", PartialDate(2019, 3)),
            ("2019-03-23", PartialDate(2019, 3, 23)),
            ("2019-03", PartialDate(2019, 3)),
            ("2011-05-01T00:00:00", PartialDate(2011, 5, 1)),
            ("2011-05-01T00:00:00Z", PartialDate(2011, 5, 1)),
            ("201905", PartialDate(2019, 5)),
            ("20190507", PartialDate(2019, 5, 7)),
            ("2019", PartialDate(2019)),
            ("9/XX/1955", PartialDate(1955, 9)),
            ("XX/XX/1955", PartialDate(1955)),
            ("xx/12/1955", PartialDate(1955)),
            ("**/**/1955", PartialDate(1955)),
            ("13/1/2019", None),
            ("2/30/2019", None),
            ("0/0/0", None),
            ("1/1/0001", None),
            ("unknown", None),
            ("", None),
        ],
    )
    def test_dates_in_every_spelling(self, text: str, date: PartialDate | None) -> None:
        assert vendor_date(text) == date

    @pytest.mark.parametrize(
        ("text", "digits"),
        [
            ("(916) 555-0147", "9165550147"),
            ("+1 916.555.0147", "9165550147"),
            ("19165550147", "9165550147"),
            ("29165550147", ""),
            ("555-0147", ""),
            ("٩١٦٥٥٥٠١٤٧", ""),
        ],
    )
    def test_phone_numbers(self, text: str, digits: str) -> None:
        assert us_phone_digits(text) == digits

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            (("98264", "9999"), "982649999"),
            (("98264", "98264-9999"), "982649999"),
            (("98264-9999",), "982649999"),
            (("98264", ""), "98264"),
            (("98264", "99"), "98264"),
            (("9826",), ""),
            ((), ""),
        ],
    )
    def test_zip_codes(self, parts: tuple[str, ...], code: str) -> None:
        assert zip_code(*parts) == code
