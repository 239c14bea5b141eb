"""The client itself: one method for each thing that a platform does."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from skiptrace.client.errors import TryAgain, Unreachable, error_of

JsonObject = dict[str, Any]
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
LONGEST_WAIT = 10.0
"""Seconds; when the API asks for more, TryAgain is raised at once."""

PIECE = 1 << 16

_BACKOFF = wait_exponential_jitter(multiplier=0.2, max=5.0, jitter=0.2)

STREAM_TIMEOUT = httpx.Timeout(60.0, connect=5.0, read=None)


class Client:
    """Speaks to ``url`` with an API key. Use it as a context manager, or ``close`` it.

    Requests that may be repeated (all but ``bulk`` and ``progress``) are sent again when the API cannot be reached or
    asks for it, with the same idempotency key, up to ``attempts`` times. Raises ApiError and its kinds, or Unreachable.
    """

    def __init__(self, url: str, key: str, *, attempts: int = 3) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        # no proxies or .netrc of the environment: the key goes to the named host and nowhere else
        self._http = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT, trust_env=False)
        self._attempts = attempts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({str(self._http.base_url)!r}, ***)"

    def close(self) -> None:
        self._http.close()

    def submit(
        self,
        account: Mapping[str, Any],
        *,
        purpose: str,
        certified_by: str,
        lane: str = "standard",
        idempotency_key: str = "",
        **options: Any,
    ) -> JsonObject:
        """Submit one account. Keep ``idempotency_key`` with the account to be safe across restarts of your own.

        ``options``: ``budget`` (US dollars), ``due_at`` (ISO 8601).
        """
        body = {"account": account, "purpose": purpose, "certified_by": certified_by, "lane": lane, **options}
        return self._post("/v1/cases", body, idempotency_key)

    def bulk(
        self,
        accounts: Iterable[Mapping[str, Any]],
        *,
        batch_id: str,
        purpose: str,
        certified_by: str,
        lane: str = "batch",
        **options: Any,
    ) -> Iterator[JsonObject]:
        """Stream accounts as one batch; yields a result for each, then the totals (``done`` is true).

        After any error send the same accounts again: those that were taken are reported as ``known``.
        """
        terms = {"batch_id": batch_id, "purpose": purpose, "certified_by": certified_by, "lane": lane, **options}
        body = _pieces(orjson.dumps(row, default=str) + b"\n" for row in chain((terms,), accounts))
        headers = {"Content-Type": "application/x-ndjson"}
        with self._stream("POST", "/v1/cases:bulk", content=body, headers=headers) as answer:
            for line in answer.iter_lines():
                yield orjson.loads(line)

    def case(self, case_id: str) -> JsonObject:
        """A case, masked, and its state; ``trace_id`` is there when it is done."""
        return self._send("GET", f"/v1/cases/{_part(case_id)}")

    def cancel(self, case_id: str) -> bool:
        """Buy nothing more for a case. False when it had ended before."""
        return bool(self._send("DELETE", f"/v1/cases/{_part(case_id)}")["cancelled"])

    def trace(self, trace_id: str) -> JsonObject:
        """The result: contacts, best first, with grants and evidence; steps and cost."""
        return self._send("GET", f"/v1/traces/{_part(trace_id)}")

    def why(self, trace_id: str) -> JsonObject:
        """The explanation of a result."""
        return self._send("GET", f"/v1/traces/{_part(trace_id)}/why")

    def traces_of(self, account_id: str) -> list[str]:
        """Ids of an account's traces, newest first."""
        return list(self._send("GET", f"/v1/accounts/{_part(account_id)}/traces")["trace_ids"])

    def can_use(self, trace_id: str, contact_id: str, channel: str, **options: Any) -> JsonObject:
        """May the contact be used on this channel now (or ``at``), given what is ``known``?"""
        path = f"/v1/contacts/{_part(trace_id)}/{_part(contact_id)}:can-use"
        return self._post(path, {"channel": channel, **options})

    def third_parties(self, trace_id: str) -> list[JsonObject]:
        """Who turned up beside the consumer, without numbers."""
        found: Any = self._send("GET", f"/v1/traces/{_part(trace_id)}/third-parties")
        return list(found)

    def ask_third_party(self, trace_id: str, contact_id: str) -> JsonObject:
        """Leave to ask this person once; the answer uses it up and is not given again."""
        return self._send_once("POST", f"/v1/traces/{_part(trace_id)}/third-parties/{_part(contact_id)}:ask")

    def reviews(self, trace_id: str = "", rule: str = "") -> list[JsonObject]:
        """What rules hold for a person to look at: of one trace, or of the newest traces within reach."""
        path = f"/v1/traces/{_part(trace_id)}/reviews" if trace_id else "/v1/reviews"
        found: Any = self._send("GET", path, params={"rule": rule} if rule else {})
        return list(found)

    def review(
        self, trace_id: str, rule_ids: list[str], verdict: str, *, reason: str, contact_id: str = "", **more: Any
    ) -> JsonObject:
        """``release`` or ``reject`` what these rules hold, of the account or of one contact."""
        body = {"rule_ids": rule_ids, "verdict": verdict, "reason": reason, "contact_id": contact_id or None, **more}
        return self._post(f"/v1/traces/{_part(trace_id)}:review", body)

    def retire_evidence(self, trace_id: str, contact_id: str, *, reason: str, **more: Any) -> JsonObject:
        """An address, or a number's area code, misleads about where the consumer is: it counts no more."""
        body = {"contact_id": contact_id, "reason": reason, **more}
        return self._post(f"/v1/traces/{_part(trace_id)}:retire-evidence", body)

    def affected(self, since: str, until: str, *, provider: str = "", source: str = "") -> JsonObject:
        """How many consumers a data incident concerns. Times are ISO 8601 with their zone."""
        named = {"of_provider": provider, "of_source": source}
        body = {"since": since, "until": until, **{name: value for name, value in named.items() if value}}
        return self._send("POST", "/v1/incidents:affected", json=body)

    def outcome(
        self, trace_id: str, contact_id: str, kind: str, *, at: str | None = None, idempotency_key: str = ""
    ) -> JsonObject:
        """Report what happened when a contact was used."""
        body = {"trace_id": trace_id, "contact_id": contact_id, "kind": kind, "at": at}
        return self._post("/v1/outcomes", body, idempotency_key)

    def report(self, account_id: str, kind: str, *, event_id: str, at: str, **fields: Any) -> bool:
        """Report what happened to an account's consumer: ``consent``, ``refusal``, ``attempt``, ``account`` and others.

        ``event_id`` is your own: the same one counts once. ``at`` is ISO 8601 with its zone. False when it was known.
        """
        body = {"event_id": event_id, "kind": kind, "at": at, **fields}
        return bool(self._post(f"/v1/accounts/{_part(account_id)}/events", body)["new"])

    def find(
        self, *, account_id: str | None = None, phone: str | None = None, name: tuple[str, str] | None = None
    ) -> list[JsonObject]:
        """Cases by account id, or by a number or (first, last) name that came with it, newest first, within reach."""
        headers = {"Content-Type": "application/json"}
        named = {"first": name[0], "last": name[1]} if name else None
        body = {key: v for key, v in {"account_id": account_id, "phone": phone, "name": named}.items() if v is not None}
        found: Any = self._send("POST", "/v1/search", content=orjson.dumps(body), headers=headers)
        return list(found)

    def batch(self, batch_id: str) -> JsonObject:
        """How far a batch is."""
        return self._send("GET", f"/v1/batches/{_part(batch_id)}")

    def progress(self, batch_id: str) -> Iterator[JsonObject]:
        """How far a batch is, each time it has moved, until every case has ended."""
        with self._stream("GET", f"/v1/batches/{_part(batch_id)}/events") as answer:
            for line in answer.iter_lines():
                if line == "event: done":
                    return
                if line.startswith("data: "):
                    yield orjson.loads(line.removeprefix("data: "))

    def _post(self, path: str, body: Mapping[str, Any], idempotency_key: str = "") -> JsonObject:
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex, "Content-Type": "application/json"}
        return self._send("POST", path, content=orjson.dumps(body, default=str), headers=headers)

    def _send(self, method: str, path: str, **options: Any) -> JsonObject:
        stop, again = stop_after_attempt(self._attempts), retry_if_exception(_is_soon_over)
        for attempt in Retrying(retry=again, wait=_wait, stop=stop, reraise=True):
            with attempt:
                return self._send_once(method, path, **options)
        raise AssertionError  # the last attempt returns or raises

    def _send_once(self, method: str, path: str, **options: Any) -> JsonObject:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise Unreachable(f"no answer from the API ({type(error).__name__})") from None
        _raise_for(answer)
        found: JsonObject = orjson.loads(answer.content)
        return found

    def _stream(self, method: str, path: str, **options: Any) -> _Streamed:
        return _Streamed(self._http, self._http.build_request(method, path, timeout=STREAM_TIMEOUT, **options))


class _Streamed:
    """An answer that is read as it comes."""

    def __init__(self, http: httpx.Client, request: httpx.Request) -> None:
        self._http = http
        self._request = request
        self._answer: httpx.Response | None = None

    def __enter__(self) -> Self:
        try:
            self._answer = self._http.send(self._request, stream=True)
            if self._answer.is_error:
                self._answer.read()
        except httpx.TransportError as error:
            raise Unreachable(f"no answer from the API ({type(error).__name__})") from None
        _raise_for(self._answer)
        return self

    def __exit__(self, *_: object) -> None:
        if self._answer is not None:
            self._answer.close()

    def iter_lines(self) -> Iterator[str]:
        """Lines without their ends. Raises Unreachable when the answer breaks off."""
        assert self._answer is not None  # noqa: S101 - entered
        try:
            yield from (line for line in self._answer.iter_lines() if line)
        except httpx.TransportError as error:
            raise Unreachable(f"the answer broke off ({type(error).__name__})") from None


def _is_soon_over(error: BaseException) -> bool:
    """Whether it is worth waiting here. A limit by the hour is for the caller to plan around."""
    return isinstance(error, Unreachable) or (isinstance(error, TryAgain) and error.retry_after <= LONGEST_WAIT)


def _wait(state: RetryCallState) -> float:
    """Seconds: growing with jitter, and never less than the API asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, TryAgain) else 0.0
    return max(asked, _BACKOFF(state))


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines put together: each piece costs a chunk of HTTP, and both sides would mostly count chunks."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _part(name: str) -> str:
    return quote(name, safe="")


def _raise_for(answer: httpx.Response) -> None:
    if not answer.is_error:
        return
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        body = {}
    raise error_of(answer.status_code, body if isinstance(body, dict) else {}, answer.headers.get("retry-after"))
