"""What a collector reads: one sentence for every way in which a comparison or a measure can come out."""

from __future__ import annotations

from collections.abc import Mapping

LEVEL_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "given": {
        "different": "Another given name",
        "same_initial": "Another given name with the same initial",
        "initial": "One side gives an initial, and it fits the given name",
        "alike": "The given names are spelled alike",
        "near": "The given names differ by one typing error, or given name and surname changed places",
        "nickname": "One given name is a short form or another spelling of the other",
        "same": "The given names are the same",
    },
    "surname": {
        "different": "Another surname",
        "part": "The surnames share one part of a double name",
        "alike": "The surnames are spelled alike",
        "near": "The surnames differ by one typing error, or given name and surname changed places",
        "same": "The surnames are the same",
    },
    "middle": {
        "different": "Another middle name or initial",
        "initial": "The middle initial fits the middle name",
        "same": "The middle names or initials are the same",
    },
    "suffix": {
        "different": "The suffixes name two generations",
        "one_sided": "Only one side has a generation suffix",
        "same": "The generation suffixes are the same",
    },
    "birth_date": {
        "different": "Another birth date",
        "near_year": "Born within two years, but not the same birth date",
        "generation": "Born at least fifteen years apart",
        "year_only": "The birth years agree, month and day do not",
        "one_part_off": "The birth dates differ in one part",
        "year_agrees": "The birth years agree; no more is known on one side",
        "swapped": "The birth dates agree with month and day exchanged",
        "month_agrees": "Year and month of birth agree; no day is known on one side",
        "same": "The full birth dates are the same",
    },
    "ssn4": {
        "different": "Other last four digits of the SSN",
        "typing_error": "The last four digits of the SSN differ by one typing error",
        "same": "The last four digits of the SSN are the same",
    },
    "address": {
        "elsewhere": "No address in an area where the subject is known",
        "same_area": "An address in the same ZIP code or city as one of the account",
        "same_street": "An address on the same street as one of the account",
        "same_building": "An address in the same building as one of the account, another unit",
        "alike": "An address that is one of the account but for its spelling",
        "same": "An address of the account",
    },
    "phone": {
        "different": "No phone of the account",
        "typing_error": "A phone of the account but for one digit",
        "same": "A phone of the account",
    },
    "relatives": {"same": "A relative of the same name is named with both"},
    "full_name": {"same": "Given name and surname agree together"},
    "name_at_address": {"same": "The given name agrees at an address of the account"},
    "name_with_phone": {"same": "The given name agrees with a phone of the account"},
}
MEASURE_SENTENCES: Mapping[str, str] = {
    "prior": "Before anything is compared: how often a record that a search returns is the subject",
    "given_rarity": "How rare the agreeing given name is among Americans",
    "surname_rarity": "How rare the agreeing surname is among Americans",
    "beside": "Seen at an address of the account: how near to the time when the account was",
    "after": "How much later or earlier than the account the record was last seen",
    "alone": "What the record's own evidence counts for once all records of the account are looked at together",
    "support": "Another record of the subject is the same person as this one",
    "supporters": "How many records of the subject are the same person as this one",
    "rival": "A record of somebody else is the same person as this one",
    "rivals": "How many records of other people are the same person as this one",
    "conflict": "A sure record of the subject cannot be the same person as this one",
    "refuted": "A sure record of the subject has another birth date, SSN or middle name",
    "namesakes": "Other people with the subject's full name are among the records",
    "found": "How many records of the subject were found besides",
}
CONTACT_SENTENCES: Mapping[str, str] = {
    "prior": "Before anything is weighed: how often a value that a record carries is right today",
    "identity": "The value is carried by a record of the subject",
    "recency": "Age of the best sighting, by how its source has proved itself",
    "second": "Age of the best sighting by another, independent source",
    "newest": "When the subject came here, against the other addresses",
    "later": "When the subject was last seen with it, against the rivals",
    "since": "How long ago the subject came here",
    "account": "Whether the account itself shows it, and since when",
    "box": "A P.O. box",
    "landline": "A landline, which stays with the house",
    "moved": "A landline of an address that the subject has left since",
    "kin": "Others with the subject's surname were seen with it",
    "others": "Others with another surname were seen with it",
    "newcomers": "Others came after the subject was last seen there",
    "shared": "Records of other people show it too",
    "own": "All of the above, once the rivals are looked at",
    "rivals": "How good the other candidates of the account are",
    "verified": "What a provider found out about it",
    "outcomes": "What happened when it was used before; older counts for less",
}
