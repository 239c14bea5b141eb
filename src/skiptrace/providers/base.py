"""What every vendor over HTTP has in common. A vendor's module writes the two mappings; the rest is here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

import httpx
import orjson

from skiptrace.errors import ConfigError, ProviderError
from skiptrace.model import Answer, Inquiry, Manifest, Reply, Request
from skiptrace.ports import BeforeFirstByte, Clock
from skiptrace.privacy import Cipher, FieldCipher, KeyRing
from skiptrace.providers.http import MEANING, Exchange, Meaning, Wire, meaning_of

_NOTHING: Mapping[str, str] = MappingProxyType({})
_HEADERS: Mapping[str, str] = MappingProxyType(
    {"accept": "application/json", "accept-encoding": "gzip", "user-agent": "skiptrace"}
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a provider is built with: the settings' part for it, and the things that are shared.

    ``base_url`` replaces the manifest's when it is not empty; ``home`` is the directory for files of one's own, and
    ``wrapper`` the key-encryption key for the secrets of such files; without one they last as long as the process.
    """

    wire: Wire
    clock: Clock
    home: Path
    credentials: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    base_url: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    wrapper: Cipher = field(default_factory=lambda: FieldCipher(KeyRing.new()), repr=False)


class HttpProvider(ABC):
    """A vendor over HTTP. A subclass writes ``to_request``, ``read`` and how its credentials go onto the wire.

    Raises ConfigError when a credential that the manifest names is missing.
    """

    meaning: ClassVar[Mapping[int, Meaning]] = MEANING
    """A vendor that differs overrides single rows: ``MEANING | {404: None}``."""

    def __init__(self, manifest: Manifest, setup: Setup) -> None:
        self._manifest = manifest
        self._wire = setup.wire
        self._base_url = setup.wire.base_url(setup.base_url or manifest.base_url)
        self._urls: dict[str, httpx.URL] = {}
        self._credentials = {name: _credential(manifest, setup, name) for name in manifest.credentials}

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    def credential(self, name: str) -> str:
        """One of the credentials that the manifest names."""
        return self._credentials[name]

    @abstractmethod
    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        """The vendor's request, without credentials; None when the inquiry lacks what the product needs. Pure."""

    @abstractmethod
    def read(self, product: str, reply: Reply, call_id: str) -> Answer:
        """Map a reply whose status promises one. Raises BrokenReply when it is not what the vendor promises. Pure."""

    def credential_headers(self) -> Mapping[str, str]:
        """Headers that carry the credentials."""
        return _NOTHING

    def credential_query(self) -> Mapping[str, str]:
        """Query parameters that carry the credentials."""
        return _NOTHING

    def trouble(self, reply: Reply) -> ProviderError | None:
        """The error that a reply's status means, None when it is to be read. Overridden where the body tells more."""
        meaning = meaning_of(reply.status, self.meaning, self._manifest.never_charged)
        return meaning(self._manifest.id, f"HTTP status {reply.status}") if meaning else None

    def remembered(self, request: Request) -> Mapping[str, str]:
        """Headers added to the reply for a vendor that does not repeat what it was asked; read back by ``read``."""
        return _NOTHING

    def has_needed(self, product: str, given: Iterable[str]) -> bool:
        """Whether the given inputs satisfy one of the alternatives that the manifest states."""
        present = set(given)
        return any(present.issuperset(needed) for needed in self._manifest.product(product).needs)

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        """See ``Provider.send``. The deadline starts when it is this call's turn."""
        deadline = self._manifest.product(product).deadline_seconds
        exchange = Exchange(self._manifest.id, self._on_the_wire(request), deadline, self.trouble)
        reply = await self._wire.send(exchange, before_first_byte)
        remembered = self.remembered(request)
        return replace(reply, headers={**reply.headers, **remembered}) if remembered else reply

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer:
        if trouble := self.trouble(reply):
            raise trouble
        answer = self.read(product, reply, call_id)
        signed = (replace(check, provider=self.manifest.id, call_id=call_id) for check in answer.checks)
        return replace(answer, checks=tuple(signed)) if answer.checks else answer

    async def close(self) -> None:  # noqa: B027 - a provider that opens nothing has nothing to close
        """The wire is shared and closed by whoever made it."""

    def _on_the_wire(self, request: Request) -> httpx.Request:
        url, query = self._url(request.path), {**request.query, **self.credential_query()}
        if query:
            url = url.copy_with(params=httpx.QueryParams(query))
        headers = {**_HEADERS, **request.headers, **self.credential_headers()}
        if request.body is None:
            return httpx.Request(request.method, url, headers=headers)
        headers["content-type"] = "application/json"
        return httpx.Request(request.method, url, headers=headers, content=orjson.dumps(request.body))

    def _url(self, path: str) -> httpx.URL:
        """Reading a URL costs more than sending to it, and a vendor's paths are few."""
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = self._base_url.copy_with(path=self._base_url.path.rstrip("/") + path)
        return url


def _credential(manifest: Manifest, setup: Setup, name: str) -> str:
    value = setup.credentials.get(name, "")
    if not value:
        raise ConfigError(f"provider {manifest.id}: the credential {name} is not set; its contract gives it")
    if not value.isprintable() or not value.isascii():
        raise ConfigError(f"provider {manifest.id}: the credential {name} has characters that no header may carry")
    return value
