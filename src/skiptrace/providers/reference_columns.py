"""Which column of a reference file holds what. Usual names are recognised; an option names the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from skiptrace.errors import ConfigError

USUAL_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "record_id": ("record_id", "rec_id", "record_number", "record_no", "source_record_id", "row_id", "id"),
        "name": ("name", "full_name", "consumer_name", "debtor_name", "customer_name"),
        "first": ("first", "first_name", "fname", "given_name", "forename", "name_first", "firstname"),
        "middle": ("middle", "middle_name", "mname", "middle_initial", "mi", "name_middle"),
        "last": ("last", "last_name", "lname", "surname", "family_name", "name_last"),
        "suffix": ("suffix", "name_suffix", "generation", "generational_suffix"),
        "birth_date": ("birth_date", "dob", "date_of_birth", "birthdate", "birth_dt"),
        "ssn": ("ssn", "ssn9", "social_security_number", "social", "tax_id"),
        "ssn4": ("ssn4", "ssn_last4", "ssn_last_4", "last4_ssn", "last_four_ssn", "last4", "ssn_4"),
        "house": ("house", "house_number", "street_number", "house_no", "street_no", "house_num"),
        "street": ("street", "street_name"),
        "unit": ("unit", "apt", "apartment", "unit_number", "suite", "address2", "address_2", "address_line_2"),
        "po_box": ("po_box", "pobox", "po_box_number"),
        "address": (
            *("address", "address1", "address_1", "address_line", "address_line_1", "street_address"),
            *("mailing_address", "addr", "addr1", "delivery_line"),
        ),
        "city": ("city", "town", "city_name", "addr_city"),
        "state": ("state", "st", "state_code", "province", "addr_state"),
        "zip": ("zip", "zip_code", "zipcode", "zip5", "postal_code", "postcode", "addr_zip"),
        "phone": ("phone", "phone_number", "telephone", "phone1", "phone_1", "tel", "home_phone", "cell_phone"),
        "phone_type": ("phone_type", "line_type", "phone_line_type"),
        "phone_last_seen": ("phone_last_seen", "phone_last_reported", "phone_date", "phone_last_seen_date"),
        "email": ("email", "email_address", "e_mail"),
        "first_seen": ("first_seen", "address_first_seen", "first_reported", "date_first_seen", "first_seen_date"),
        "last_seen": (
            *("last_seen", "address_last_seen", "last_reported", "date_last_seen", "last_seen_date"),
            *("as_of", "updated_at", "last_updated"),
        ),
        "upstream": ("upstream", "provider", "source", "source_name", "bureau", "data_source"),
    }
)
"""Names that are recognised for each field, written as ``plain`` writes them; earlier ones win."""

FIELDS = tuple(USUAL_NAMES)

_SEARCHED = ("birth_date", "ssn", "ssn4", "zip", "street", "address", "po_box", "phone")

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def plain(name: str) -> str:
    """A column name in lower case with single underscores: ``Last Name``, ``last-name`` and ``LastName`` are one."""
    return _NOT_WORD.sub("_", _CAMEL.sub("_", name).lower()).strip("_")


def recognise(found: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """The file's column for each field that it has, in the order of ``FIELDS``.

    ``mapping`` (field to column) goes before the usual names. Raises ConfigError for an unknown field, a named column
    that is not there, and a file without a record id, a name, or anything else to search by.
    """
    given = dict(mapping or {})
    _check_mapping(found, given)
    by_plain = {plain(name): name for name in reversed(found) if name not in given.values()}
    columns: dict[str, str] = {}
    for field, usual in USUAL_NAMES.items():
        name = given.get(field) or next((by_plain[u] for u in usual if u in by_plain), None)
        if name is not None:
            columns[field] = name
    _check_enough(found, columns)
    return columns


def _check_mapping(found: Sequence[str], given: Mapping[str, str]) -> None:
    for field, name in given.items():
        if field not in USUAL_NAMES:
            raise ConfigError(f"reference file: there is no field {field}; fields are {', '.join(FIELDS)}")
        if name not in found:
            raise ConfigError(f"reference file: the column {name} named for {field} is not there; {_listing(found)}")


def _check_enough(found: Sequence[str], columns: Mapping[str, str]) -> None:
    missing = []
    if "record_id" not in columns:
        missing.append("record_id")
    if "last" not in columns and "name" not in columns:
        missing.append("last (or name)")
    if not any(field in columns for field in _SEARCHED):
        missing.append(f"one of {', '.join(_SEARCHED)}")
    if not missing:
        return
    # A file without a header shows people where names are expected; those are not repeated.
    listing = _listing(found) if len(columns) >= 3 else "no usual column names found: is the first line a header?"
    raise ConfigError(
        f"reference file: no column for {'; '.join(missing)}. Name it with the option column_<field>, "
        f"for example column_record_id. {listing}"
    )


def _listing(found: Sequence[str]) -> str:
    return f"columns found: {', '.join(found)}"
