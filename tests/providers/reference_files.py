"""Short ways to write a reference file, ask it and read what it says. Everybody here is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from skiptrace.model import Answer, Inquiry, Manifest, Reply, Subject
from skiptrace.providers import catalog, reference_file
from skiptrace.providers.base import Setup
from skiptrace.providers.http import Wire
from skiptrace.providers.reference_file import ReferenceFile
from tests.builders import FixedClock

PEOPLE = Path(__file__).parents[2] / "fixtures" / "reference" / "people.csv"
MANIFEST: Manifest = catalog.read_manifest(Path(reference_file.__file__).with_suffix(".toml"), "reference_file")

HEADER = "rec_id,first,last,dob,ssn4,address,city,state,zip,phone"


def provider(home: Path, file: Path = PEOPLE, **options: str) -> ReferenceFile:
    return build({"file": str(file), **options}, home)


def build(options: Mapping[str, str], home: Path) -> ReferenceFile:
    clock = FixedClock()
    return reference_file.build(MANIFEST, Setup(Wire(clock), clock, home, options=options))


async def reply_to(asked: ReferenceFile, subject: Subject) -> Reply:
    request = asked.to_request("lookup", Inquiry(subject))
    assert request is not None
    return await asked.send("lookup", request, _nothing_to_commit)


async def ask(asked: ReferenceFile, subject: Subject) -> Answer:
    return asked.to_answer("lookup", await reply_to(asked, subject), "call-1")


async def found(asked: ReferenceFile, subject: Subject) -> list[str]:
    return [record.record_id for record in (await ask(asked, subject)).records]


def write(path: Path, rows: Sequence[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


async def _nothing_to_commit() -> None:
    """A file is never charged, so there is nothing to write down before it is read."""
