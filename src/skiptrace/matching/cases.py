"""Cases: their persons, read, and those of many cases as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, chain

import numpy as np

from skiptrace.matching.columns import (
    AddressColumns,
    NameColumns,
    People,
    PhoneColumns,
    RelativeColumns,
    Spans,
    Words,
    born_on,
    phone_codes,
)
from skiptrace.matching.identity import Candidates
from skiptrace.matching.persons import ReadPerson, read_person
from skiptrace.model import AddressCheck, PastOutcome, Personal, PhoneCheck, SourceRecord, Subject


@dataclass(frozen=True, slots=True, repr=False)
class Question(Personal):
    """Who of ``records`` is ``subject``, and where can the subject be reached on the day ``as_of``?

    ``checks`` are what providers said of one number or address, ``outcomes`` what happened when one was used.
    """

    subject: Subject
    records: Sequence[SourceRecord]
    as_of: date
    checks: Sequence[PhoneCheck | AddressCheck] = ()
    outcomes: Sequence[PastOutcome] = ()


def persons_of(question: Question) -> tuple[ReadPerson, list[ReadPerson]]:
    """The subject and the records of a case, read."""
    as_of = question.as_of
    return read_person(question.subject, as_of), [read_person(record, as_of) for record in question.records]


def columns_of(questions: Sequence[Question]) -> Candidates:
    """The subjects come first, then the records of the first, of the second, and so on."""
    subjects, records = zip(*map(persons_of, questions), strict=True)
    persons = [*subjects, *chain.from_iterable(records)]
    sizes = [len(question.records) for question in questions]
    return Candidates(
        _people(persons),
        rows=np.arange(len(questions), len(persons)),
        subjects=np.repeat(np.arange(len(questions)), sizes),
        starts=np.array([0, *accumulate(sizes)]),
    )


def _people(persons: Sequence[ReadPerson]) -> People:
    born = np.array([person.born for person in persons], np.int64)
    return People(
        names=_names(persons),
        born=born_on(*born.T).astype(np.int32),
        ssn4=np.array([person.ssn4 for person in persons], np.int16),
        addresses=_addresses(persons),
        phones=_phones(persons),
        relatives=RelativeColumns(
            Spans.of_counts([len(person.relatives) for person in persons]),
            Words.of([name for person in persons for name in person.relatives]),
        ),
        source=Words.of([person.source for person in persons]),
    )


def _names(persons: Sequence[ReadPerson]) -> NameColumns:
    rows = (reading for person in persons for reading in person.names)
    given, middle, surname, suffix = map(Words.of, zip(*rows, strict=True))
    return NameColumns(Spans.of_counts([len(person.names) for person in persons]), given, middle, surname, suffix)


def _addresses(persons: Sequence[ReadPerson]) -> AddressColumns:
    homes = [home for person in persons for home in person.homes]
    number, street, unit, box, city, state, zip5 = map(Words.of, zip(*homes, strict=True) if homes else [()] * 7)
    spans = Spans.of_counts([len(person.homes) for person in persons])
    first, last = np.array([seen for person in persons for seen in person.seen], float).reshape(-1, 2).T
    return AddressColumns(spans, number, street, unit, box, city, state, zip5, first, last)


def _phones(persons: Sequence[ReadPerson]) -> PhoneColumns:
    rows = [phone for person in persons for phone in person.phones]
    number, kind, last = zip(*rows, strict=True) if rows else [()] * 3
    spans = Spans.of_counts([len(person.phones) for person in persons])
    codes = phone_codes(np.array(number, np.int64))
    return PhoneColumns(spans, *codes, np.array(kind, np.int8), np.array(last, float))
