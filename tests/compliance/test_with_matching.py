"""The two rooms together: what matching concludes is what the contact rules read."""

from __future__ import annotations

from skiptrace import matching
from skiptrace.compliance import RuleBook, grant
from skiptrace.model import (
    Address,
    AddressSighting,
    Channel,
    ContactKind,
    Name,
    PartialDate,
    PhoneSighting,
    SourceRecord,
)
from tests.compliance.questions import case

NEW_HOME = AddressSighting(Address("20 Birch St", "", "Austin", "TX", "78704"), last_seen=PartialDate(2026, 9, 1))
NEW_PHONE = PhoneSighting("5125550177", last_seen=PartialDate(2026, 9, 1))


def opened(rules: RuleBook, **identity: object) -> dict[ContactKind, set[Channel]]:
    """The channels granted on what two sources say of a person called like the subject."""
    name = (Name("Marion", "", "Okafor"),)
    records = [
        SourceRecord("r1", source, source, names=name, addresses=(NEW_HOME,), phones=(NEW_PHONE,), **identity)
        for source in ("acme", "bureau")
    ]
    judgement = matching.judge(case().subject, records, as_of=case().as_of)
    contacts = [grant(case(), contact, judgement, rules)[0] for contact in judgement.contacts]
    return {c.kind: {g.channel for g in c.grants} for c in contacts}


def test_a_person_with_the_subjects_birth_date_and_ssn_digits_can_be_reached(rules: RuleBook) -> None:
    found = opened(rules, birth_date=PartialDate(1971, 5, 23), ssn4="0142")

    assert found == {ContactKind.ADDRESS: {Channel.MAIL}, ContactKind.PHONE: {Channel.VOICE_MANUAL}}


def test_somebody_with_the_subjects_name_only_cannot_be_reached(rules: RuleBook) -> None:
    assert not any(opened(rules).values())
