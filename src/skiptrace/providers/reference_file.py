"""Reference file: an agency's own or licensed file of people (CSV or Parquet), indexed once on disk.

Options (all text): ``file`` its path; ``column_<field>`` the column of a field whose name is not a usual one;
``delimiter`` and ``encoding`` of a CSV file; ``data_class`` and ``purposes`` (separated by commas) of a licensed file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from skiptrace.errors import BrokenReply, ConfigError, SkipProvider
from skiptrace.model import Answer, DataClass, Inquiry, Manifest, PartialDate, Reply, Request, Subject
from skiptrace.ports import BeforeFirstByte, Clock
from skiptrace.privacy import Cipher
from skiptrace.providers.base import Setup
from skiptrace.providers.reference_build import Progress
from skiptrace.providers.reference_columns import FIELDS, recognise
from skiptrace.providers.reference_index import ReferenceIndex, open_index
from skiptrace.providers.reference_keys import Signatures, subject_signatures
from skiptrace.providers.reference_reader import open_source
from skiptrace.providers.reference_rows import RowReader

_COLUMN = "column_"
_OPTIONS = frozenset(("file", "delimiter", "encoding", "data_class", "purposes"))
_PURPOSE = re.compile(r"(FCRA|GLBA|DPPA|DMF)_[A-Z_]+")


class _Query(BaseModel):
    """The body of a request: what the index is searched by."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    names: tuple[tuple[str, str], ...] = ()
    birth_date: str = ""
    ssn4: str = ""
    addresses: tuple[tuple[str, str], ...] = ()
    phones: tuple[str, ...] = ()

    def signatures(self) -> Signatures:
        day = PartialDate.parse(self.birth_date)
        return subject_signatures(self.names, day, self.ssn4, self.addresses, self.phones)


class _Found(BaseModel):
    """The body of a reply: rows of texts in the order of ``fields``; ``columns`` are the file's own names for them.

    ``crowded`` says that nobody was found only because too many rows share whatever is known of the subject.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    index: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    crowded: bool = False
    rows: tuple[tuple[str, ...], ...]

    @model_validator(mode="after")
    def _is_a_table(self) -> _Found:
        if not set(self.fields) <= set(FIELDS) or "record_id" not in self.fields:
            raise ValueError("unknown fields")
        if any(len(row) != len(self.fields) for row in self.rows):
            raise ValueError("a row of another length")
        return self


class ReferenceFile:
    """The provider. ``to_request`` and ``to_answer`` are pure; ``send`` reads the index."""

    def __init__(self, manifest: Manifest, index: ReferenceIndex, clock: Clock) -> None:
        self._manifest = manifest
        self._index = index
        self._clock = clock

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        """See ``Provider.to_request``. None when nothing of the subject makes a key."""
        subject = inquiry.subject
        given = _given(subject)
        if not any(given.issuperset(needed) for needed in self._manifest.product(product).needs):
            return None
        body = {
            "names": [[name.first, name.last] for name in subject.names if name.first or name.last],
            "birth_date": str(subject.birth_date or ""),
            "ssn4": subject.ssn4 or subject.ssn[-4:],
            "addresses": [[seen.address.line, seen.address.zip_code] for seen in subject.addresses],
            "phones": [seen.number for seen in subject.phones],
        }
        return Request("batch_file", f"/{product}", body=body, fields=tuple(sorted(given)))

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        """Search the index. The reply's body quotes the rows as the file has them."""
        try:
            signatures = _Query.model_validate(request.body).signatures()
        except (ValidationError, ValueError):
            raise SkipProvider(self._manifest.id, "the request is not one that this product made") from None
        await before_first_byte()
        return Reply(200, self._index.reply(signatures), self._clock.now())

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer:
        """See ``Provider.to_answer``. Cells that cannot be read are left out; a warning counts them by field."""
        if reply.status != 200:
            raise BrokenReply(self._manifest.id, f"status {reply.status} is none of a file")
        try:
            found = _Found.model_validate_json(reply.body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the whole body"
            raise BrokenReply(self._manifest.id, f"not a reply of this index: {where} ({first['type']})") from None
        reader = RowReader(self._manifest.id, call_id, found.fields)
        records = tuple(reader.record(at, row) for at, row in enumerate(found.rows))
        warnings = tuple(f"{field}: {count} cells could not be read" for field, count in sorted(reader.unread.items()))
        if found.crowded:
            warnings += ("too many rows share all that is known of the subject; one more value would tell them apart",)
        return Answer(records, complete=not found.crowded, warnings=warnings, reference=found.index)

    async def close(self) -> None:
        """The index is mapped read-only; nothing is to be closed."""


def build(manifest: Manifest, setup: Setup) -> ReferenceFile:
    """The provider of the file that the option ``file`` names; its index is built first when there is none.

    Raises ConfigError for options, columns and files that do not do.
    """
    options = setup.options
    return ReferenceFile(_governed(manifest, options), prepare(options, setup.home, setup.wrapper), setup.clock)


def prepare(
    options: Mapping[str, str], home: Path, wrapper: Cipher, progress: Progress | None = None
) -> ReferenceIndex:
    """Open the index, building it when there is none; ``progress`` is told the rows read. Blocks while it builds.

    ``wrapper`` seals the secret of the index: the key-encryption key.
    """
    unknown = sorted(name for name in options if name not in _OPTIONS and not name.startswith(_COLUMN))
    if unknown:
        raise ConfigError(f"reference file: there is no option {unknown[0]}")
    if not options.get("file"):
        raise ConfigError("reference file: the option file is not set; it names the CSV or Parquet file")
    source = open_source(
        Path(options["file"]).expanduser(),
        delimiter=options.get("delimiter", ""),
        encoding=options.get("encoding", "utf-8"),
    )
    mapping = {name.removeprefix(_COLUMN): column for name, column in options.items() if name.startswith(_COLUMN)}
    return open_index(source, recognise(source.columns, mapping), home, wrapper, progress)


def _given(subject: Subject) -> set[str]:
    """The manifest's words for what the subject has."""
    has = {
        "name": any(name.first or name.last for name in subject.names),
        "birth_date": subject.birth_date is not None,
        "ssn": bool(subject.ssn),
        "ssn4": bool(subject.ssn4 or subject.ssn),
        "address": bool(subject.addresses),
        "phone": bool(subject.phones),
    }
    return {name for name, present in has.items() if present}


def _governed(manifest: Manifest, options: Mapping[str, str]) -> Manifest:
    """The manifest with the data class and purposes of a licensed file."""
    try:
        data_class = DataClass(options.get("data_class", manifest.data_class).lower())
    except ValueError:
        classes = ", ".join(DataClass)
        raise ConfigError(f"reference file: the option data_class is none of {classes}") from None
    named = options.get("purposes", "")
    purposes = tuple(code for part in named.split(",") if (code := part.strip())) or manifest.purposes
    if wrong := next((code for code in purposes if not _PURPOSE.fullmatch(code)), None):
        raise ConfigError(f"reference file: {wrong} in the option purposes is no purpose code, such as GLBA_ENFORCE")
    return replace(manifest, data_class=data_class, purposes=purposes)
