"""The promises that every provider over HTTP keeps, as a test class that its author inherits::

    class TestAcmeKeepsTheContract(ProviderContract):
        provider_id = "acme"
        fixtures = Path(__file__).parent / "fixtures" / "acme"

``fixtures/<product>/hit.json`` and ``miss.json`` are replies as the vendor sends them, about invented people;
``partial.json`` is one that says itself that something is missing, where the vendor has such replies.
The provider is found through its entry point and asked over a real socket. Needs pytest.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import traceback
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import orjson
import pytest

from skiptrace.errors import BrokenReply, InDoubt, ProviderError, SkiptraceError, TryLater
from skiptrace.model import (
    Address,
    AddressSighting,
    Answer,
    EmailSighting,
    Inquiry,
    Manifest,
    Name,
    PartialDate,
    PhoneSighting,
    Product,
    Reply,
    Request,
    Subject,
)
from skiptrace.ports import Provider
from skiptrace.providers import catalog
from skiptrace.providers.base import Setup
from skiptrace.providers.http import ATTEMPTS, MAX_BODY_BYTES, MEANING, Meaning, Wire
from skiptrace.testing.server import Say, ScriptedServer

T = TypeVar("T")

ADDRESS = Address("742 Juniper Hollow Rd", "Apt 9", "Sacramento", "CA", "95814")
SUBJECT = Subject(
    names=(Name("Marguerite", "Q", "Oxenfeld"),),
    birth_date=PartialDate(1981, 7, 23),
    ssn="987654329",  # from the block that is reserved for advertisements
    ssn4="4329",
    addresses=(AddressSighting(ADDRESS),),
    phones=(PhoneSighting("916-555-0147"),),
    emails=(EmailSighting("m.oxenfeld@example.com"),),
)
INQUIRY = Inquiry(SUBJECT, phone="916-555-0147", address=ADDRESS)

TRACES = {
    "name": ("Marguerite", "Oxenfeld"),
    "birth_date": ("07/23/1981", "1981-07-23", "7/23/1981", "19810723"),
    "ssn": ("987654329", "987-65-4329"),
    "ssn4": ("4329",),
    "address": ("Juniper Hollow",),
    "phone": ("9165550147", "(916) 555-0147", "916-555-0147"),
    "email": ("m.oxenfeld@example.com",),
}
"""How each input of the invented subject looks when it leaks."""

NONSENSE = {
    "html": b"<html><body>Service temporarily unavailable</body></html>",
    "empty": b"",
    "list": b"[]",
    "object": b"{}",
    "null": b"null",
    "number": b"7",
    "list of numbers": b"[7]",
    "people as a number": b'{"person": 7, "persons": 7, "people": 7, "owners": 7}',
    "deep nesting": b"[" * 100_000,
    "not UTF-8": b'{"person": "\xff\xfe"}',
    "not a number": b'{"person": NaN}',
}


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class _Asked:
    """What came of one question."""

    reply: Reply | None = None
    answer: Answer | None = None
    error: BaseException | None = None
    sent: int = 0
    waited: list[float] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


class ProviderContract:
    """Inherit, name the provider and its fixtures, and pytest runs every promise for every product."""

    provider_id: ClassVar[str]
    fixtures: ClassVar[Path]
    options: ClassVar[Mapping[str, str]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        wanted = metafunc.fixturenames
        if "product" in wanted:
            metafunc.parametrize("product", self._manifest().products, ids=lambda p: p.id)
        if "status" in wanted:
            metafunc.parametrize("status", sorted({*MEANING, *self._meaning(), 201, 302, 418, 599} - {200}))
        if "nonsense" in wanted:
            metafunc.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())

    def test_it_is_found_through_its_entry_point(self) -> None:
        manifest = self._manifest()

        assert self._build(self._wire(_Asked()), manifest.base_url).manifest == manifest

    def test_a_hit_becomes_records_or_checks_that_lead_back_to_the_reply(self, product: Product) -> None:
        body = self._fixture(product, "hit")
        answer = self._answer(product, Say(body=body))

        assert answer.found
        assert len({r.record_id for r in answer.records}) == len(answer.records)
        for found in (*answer.records, *answer.checks):
            assert (found.provider, found.call_id) == (self.provider_id, "call-1")
            assert _at(orjson.loads(body), found.pointer), "the pointer must lead to the part of the reply it came from"

    def test_a_hit_invents_nothing(self, product: Product) -> None:
        """Sources report: each phone and e-mail of a record, and no one else's, stands in the reply."""
        body = self._fixture(product, "hit")
        digits, text = re.sub(rb"\D", b"", body).decode(), body.decode().lower()

        for record in self._answer(product, Say(body=body)).records:
            assert all(re.sub(r"\D", "", phone.number)[-10:] in digits for phone in record.phones)
            assert all(sighting.email.lower() in text for sighting in record.emails)
            assert all(name.last.lower() in text for name in record.names)

    def test_nothing_found_is_an_answer(self, product: Product) -> None:
        answer = self._answer(product, Say(body=self._fixture(product, "miss")))

        assert not answer.found
        assert answer.complete

    def test_a_partial_reply_says_so(self, product: Product) -> None:
        path = self.fixtures / product.id / "partial.json"
        if not path.exists():
            pytest.skip("this product has no partial replies")

        assert not self._answer(product, Say(body=path.read_bytes())).complete

    def test_another_person_in_the_reply_stays_another_person(self, product: Product) -> None:
        """The records depend on the reply alone: whoever was asked for, nothing of him gets into them."""
        say = Say(body=self._fixture(product, "hit"))
        somebody_else = Inquiry(
            Subject(
                names=(Name("Thaddeus", "", "Brackenridge"),),
                birth_date=PartialDate(1950, 2, 3),
                addresses=(AddressSighting(Address("9 Elm St", "", "Davis", "CA", "95616")),),
                phones=(PhoneSighting("530-555-0111"),),
                emails=(EmailSighting("t@example.com"),),
            ),
            phone="530-555-0111",
            address=Address("9 Elm St", "", "Davis", "CA", "95616"),
        )
        asked = self._ask(product, say, inquiry=somebody_else)

        assert asked.answer is not None
        assert asked.answer.records == self._answer(product, say).records

    def test_nonsense_is_never_a_miss(self, product: Product, nonsense: bytes) -> None:
        if nonsense.strip() == self._fixture(product, "miss").strip():
            pytest.skip("this is how the vendor says that nothing was found")

        assert isinstance(self._ask(product, Say(body=nonsense)).error, BrokenReply)

    def test_a_truncated_hit_is_broken(self, product: Product) -> None:
        body = self._fixture(product, "hit")

        for end in (1, len(body) // 3, len(body) // 2, len(body.rstrip()) - 1):
            assert isinstance(self._ask(product, Say(body=body[:end])).error, BrokenReply)

    def test_a_field_of_the_wrong_kind_never_turns_a_hit_into_a_miss(self, product: Product) -> None:
        hit = orjson.loads(self._fixture(product, "hit"))
        keys = list(hit) if isinstance(hit, dict) else []

        for key in keys:
            for wrong in (7, "x", [7], {"x": 7}):
                asked = self._ask(product, Say(body=orjson.dumps({**hit, key: wrong})))
                assert isinstance(asked.error, ProviderError) or (asked.answer and asked.answer.found), key

    def test_an_oversized_reply_is_cut_and_broken(self, product: Product) -> None:
        body = self._fixture(product, "miss") + b" " * MAX_BODY_BYTES
        asked = self._ask(product, Say(body=body))

        assert isinstance(asked.error, BrokenReply)
        assert asked.reply is not None
        assert len(asked.reply.body) <= MAX_BODY_BYTES

    def test_every_status_means_what_the_table_says(self, product: Product, status: int) -> None:
        """And nothing that may have been charged is sent twice."""
        stated = self._meaning().get(status, BrokenReply if status < 500 else TryLater)
        may_be_charged = status not in self._manifest().never_charged
        expected = InDoubt if stated is TryLater and may_be_charged else stated
        asked = self._ask(product, Say(status, b"{}"))

        assert asked.reply is not None if expected is None else type(asked.error) is expected
        assert len(asked.requests) == (ATTEMPTS if expected is TryLater else 1)
        assert asked.sent == 1

    def test_it_waits_as_long_as_it_is_told(self, product: Product) -> None:
        if 429 not in self._manifest().never_charged:
            pytest.skip("a refused call may be charged here, so it is not repeated")
        hit = Say(body=self._fixture(product, "hit"))
        asked = self._ask(product, Say(429, b"{}", (("retry-after", "3"),)), hit)

        assert asked.waited == [3.0]
        assert asked.answer is not None
        assert asked.answer.found

    def test_no_connection_means_that_nothing_was_sent(self, product: Product) -> None:
        asked = _Asked()
        run(self._try(product, INQUIRY, "http://127.0.0.1:1", asked))

        assert isinstance(asked.error, TryLater)
        assert asked.sent == 0

    def test_a_reply_that_never_comes_is_in_doubt(self, product: Product) -> None:
        asked = self._ask(product, Say(hang_up=True))

        assert isinstance(asked.error, InDoubt)
        assert (asked.sent, len(asked.requests)) == (1, 1)

    def test_errors_logs_and_reprs_show_no_person_and_no_credential(
        self, product: Product, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The vendor answers with everything it was told, key included."""
        caplog.set_level(logging.DEBUG)
        request = self._request(product, INQUIRY)
        wire_text = json.dumps([self._secrets(), request.path, dict(request.query), request.body]).encode()
        shown = [repr(request), repr(INQUIRY)]
        for status in (200, 400, 401, 403, 404, 429, 500, 503):
            asked = self._ask(product, Say(status, wire_text))
            shown += [repr(asked.reply), repr(asked.answer), *_as_printed(asked.error)]
        shown += [repr(self._build(self._wire(_Asked()), self._manifest().base_url)), caplog.text]

        everything = "\n".join(shown)
        for secret in (*self._secrets().values(), *(text for texts in TRACES.values() for text in texts)):
            assert secret not in everything

    def test_only_what_the_manifest_states_leaves_the_house(self, product: Product) -> None:
        request = self._request(product, INQUIRY)
        asked = self._ask(product, Say(body=self._fixture(product, "miss")))

        assert set(request.fields) <= set(product.sends)
        for name, texts in TRACES.items():
            if name not in request.fields and name != "ssn4":
                assert not any(text in asked.requests[0] for text in texts), f"{name} is sent but not stated"

    def test_the_same_inquiry_gives_the_same_bytes(self, product: Product) -> None:
        say = Say(body=self._fixture(product, "miss"))
        first, second = self._ask(product, say).requests[0], self._ask(product, say).requests[0]

        assert _without_host(first) == _without_host(second)

    def test_credentials_join_on_the_wire_only(self, product: Product) -> None:
        request = self._request(product, INQUIRY)
        written = json.dumps([request.path, dict(request.query), dict(request.headers), request.body])
        asked = self._ask(product, Say(body=self._fixture(product, "miss")))

        for secret in self._secrets().values():
            assert secret not in written
            assert secret in asked.requests[0]

    def test_it_asks_with_each_alternative_it_states_and_with_nothing_less(self, product: Product) -> None:
        provider = self._build(self._wire(_Asked()), self._manifest().base_url)

        for needed in product.needs:
            assert provider.to_request(product.id, _only(set(needed))) is not None, needed
        for inputs in ({i} for needed in product.needs for i in needed):
            if not any(inputs.issuperset(needed) for needed in product.needs):
                assert provider.to_request(product.id, _only(inputs)) is None, inputs
        assert provider.to_request(product.id, Inquiry(Subject(names=(Name(),)))) is None

    def _manifest(self) -> Manifest:
        return _manifest_of(self.provider_id)

    def _meaning(self) -> Mapping[int, Meaning]:
        provider = self._build(self._wire(_Asked()), self._manifest().base_url)
        return getattr(provider, "meaning", MEANING)

    def _secrets(self) -> dict[str, str]:
        return {name: f"secret-{name}-x7Qz" for name in self._manifest().credentials}

    def _wire(self, asked: _Asked) -> Wire:
        async def sleep(seconds: float) -> None:
            asked.waited.append(seconds)

        return Wire(_Clock(), allow_loopback=True, sleep=sleep)

    def _build(self, wire: Wire, base_url: str) -> Provider:
        setup = Setup(
            wire=wire,
            clock=_Clock(),
            home=self.fixtures,
            credentials=self._secrets(),
            base_url=base_url,
            options=self.options,
        )
        return _factory_of(self.provider_id)(self._manifest(), setup)

    def _fixture(self, product: Product, name: str) -> bytes:
        return (self.fixtures / product.id / f"{name}.json").read_bytes()

    def _request(self, product: Product, inquiry: Inquiry) -> Request:
        request = self._build(self._wire(_Asked()), self._manifest().base_url).to_request(product.id, inquiry)
        assert request is not None, "the invented inquiry has every input, so it must be asked"
        return request

    def _answer(self, product: Product, say: Say) -> Answer:
        asked = self._ask(product, say)
        assert asked.error is None, f"{type(asked.error).__name__}: {asked.error}"
        assert asked.answer is not None
        return asked.answer

    def _ask(self, product: Product, *script: Say, inquiry: Inquiry = INQUIRY) -> _Asked:
        async def ask() -> _Asked:
            asked = _Asked()
            async with ScriptedServer(*script) as server:
                await self._try(product, inquiry, server.url, asked)
                asked.requests = [heard.text for heard in server.heard]
            return asked

        return run(ask())

    async def _try(self, product: Product, inquiry: Inquiry, url: str, asked: _Asked) -> None:
        async def sent() -> None:
            asked.sent += 1

        wire = self._wire(asked)
        provider = self._build(wire, url)
        request = provider.to_request(product.id, inquiry)
        assert request is not None
        try:
            asked.reply = await provider.send(product.id, request, sent)
            asked.answer = provider.to_answer(product.id, asked.reply, "call-1")
            assert asked.answer == provider.to_answer(product.id, asked.reply, "call-1")
        except SkiptraceError as error:
            asked.error = error
        finally:
            await provider.close()
            await wire.close()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """asyncio.run under its own name, so that the contract needs no pytest plugin."""
    return asyncio.run(coroutine)


@cache
def _manifest_of(provider_id: str) -> Manifest:
    return catalog.manifest(provider_id)


@cache
def _factory_of(provider_id: str) -> catalog.Factory:
    return catalog.load(provider_id)


def _only(inputs: set[str]) -> Inquiry:
    """The invented inquiry with these inputs and nothing else."""
    subject = Subject(
        names=SUBJECT.names if "name" in inputs else (Name(),),
        birth_date=SUBJECT.birth_date if "birth_date" in inputs else None,
        ssn=SUBJECT.ssn if "ssn" in inputs else "",
        ssn4=SUBJECT.ssn4 if "ssn4" in inputs else "",
        addresses=SUBJECT.addresses if "address" in inputs else (),
        phones=SUBJECT.phones if "phone" in inputs else (),
        emails=SUBJECT.emails if "email" in inputs else (),
    )
    phone = INQUIRY.phone if "phone" in inputs else ""
    return Inquiry(subject, phone=phone, address=INQUIRY.address if "address" in inputs else None)


def _at(body: Any, pointer: str) -> Any:
    """The value that an RFC 6901 pointer leads to; None when it leads nowhere."""
    for part in pointer.split("/")[1:]:
        step = part.replace("~1", "/").replace("~0", "~")
        try:
            body = body[int(step)] if isinstance(body, list) else body[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return body


def _as_printed(error: BaseException | None) -> list[str]:
    return [] if error is None else [str(error), repr(error), *traceback.format_exception(error)]


def _without_host(text: str) -> str:
    return re.sub(r"(?im)^host:.*$", "", text)
