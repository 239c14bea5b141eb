"""Planted values pass through the real commands, and nothing but the results that were asked for shows one of them.

Real processes with their own home, temporary folder, Redis, vendor and webhook; then every file, every line that was
logged or printed in trouble, every metric, span and delivery, every key and value in Redis is searched, in every
spelling.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from skiptrace.testing.server import Say, ScriptedServer
from tests.cli.command import environment
from tests.privacy import watched
from tests.privacy.canaries import CANARIES, SECRETS, SSNS, shown_in
from tests.servers.ports import reserved_port
from tests.servers.redis import Redis

PERSON = {
    "first": "Marguerite",
    "middle": "Thibaudeau",
    "last": "Oxenfeld",
    "dob": "1981-07-23",
    "ssn": "987-65-4329",
    "address": "742 Juniper Hollow Rd",
    "city": "Sacramento",
    "state": "CA",
    "zip": "95814-3377",
    "phone": "(916) 555-0147",
    "email": "m.oxenfeld@example.com",
}
TERMS = {"account_state": "open", "debt_origin": "credit", "balance": "900.00"}
HEAD = "rec_id,first,middle,last,dob,ssn,address,city,state,zip,phone,email,first_seen,last_seen"
HOME = "1187 Wexcombe Terrace,Chico,CA,95928,5305550163"
REFERENCE = f"""{HEAD}
r1,Marguerite,T,Oxenfeld,1981-07-23,987654329,{HOME},ottoline.q@example.com,2024,2026
r2,Ottoline,,Quillfeather-Oxenfeld,,,{HOME},,2023,2026
"""
ECHO = " ".join(CANARIES).encode()
CONFIG = """
redis = "{redis}"
[providers.enformion]
credentials = {{ ap_name = "ap-canary-5f1c9e77", ap_password = "pw-canary-d20b44aa" }}
purpose_map = {{ FCRA_COLLECT = "3", GLBA_ENFORCE = "5" }}
"""
WEBHOOK = """
[sinks.platform]
kind = "webhook"
url = "{url}/told"
secret = "whsec_{secret}"
"""


@dataclass
class Stage:
    """A home, a temporary folder and all that was said."""

    folder: Path
    redis: Redis
    said: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "given", "results"):
            (self.folder / name).mkdir()
        (self.folder / "given" / "reference.csv").write_text(REFERENCE)
        (self.folder / "given" / "settings.toml").write_text(CONFIG.format(redis=self.redis.url))
        rows = [{"account_id": "C-1", **PERSON, **TERMS}, {"account_id": "C-2", **PERSON, **TERMS, "dob": "23rd Juli"}]
        lines = [",".join(rows[0]), *(",".join(str(v) for v in row.values()) for row in rows)]
        (self.folder / "given" / "placement.csv").write_text("\n".join(lines) + "\n")
        (self.folder / "given" / "case.json").write_text(json.dumps({"account_id": "C-3", **PERSON, **TERMS}))

    def given(self, name: str) -> str:
        return str(self.folder / "given" / name)

    def environment(self, **more: str) -> dict[str, str]:
        return environment({"TMPDIR": str(self.folder / "tmp"), **more})

    def arguments(self, *arguments: str, verbose: bool = True) -> list[str]:
        options = ["--home", str(self.folder / "home"), "--config", self.given("settings.toml")]
        spans = str(self.folder / "tmp" / "spans.txt")
        return [sys.executable, watched.__file__, spans, *options, *["-v"] * verbose, *arguments]

    def set_up_webhook(self, url: str) -> None:
        with (self.folder / "given" / "settings.toml").open("a") as file:
            file.write(WEBHOOK.format(url=url, secret=base64.b64encode(SECRETS[-1].encode() * 2).decode()))

    async def run(self, *arguments: str, is_result: bool = False, **more: str) -> str:
        """Run a command to its end. What it prints is scanned, unless it is the result that somebody asked for."""
        async with self.running(*arguments, **more) as process:
            out, err = await process.communicate()
        self.said += [err] if is_result else [out, err]
        return out.decode()

    @asynccontextmanager
    async def running(self, *arguments: str, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *self.arguments(*arguments), stdout=-1, stderr=-1, cwd=self.folder / "tmp", env=self.environment(**more)
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                self.said += list(await process.communicate())

    def results(self) -> bytes:
        """What is written back; rejects.csv repeats the rows as they were handed in, to be mended."""
        return b"\n".join(path.read_bytes() for path in (self.folder / "results").glob("re[sp]*"))

    def left_behind(self) -> dict[str, bytes]:
        """Every file outside what was handed in and what was asked for, and everything in Redis."""
        found = {f"said {n}": text for n, text in enumerate(self.said)}
        for place in ("home", "tmp"):
            for path in sorted((self.folder / place).rglob("*")):
                if path.is_file():
                    found[f"{path.relative_to(self.folder)}"] = path.read_bytes()
        client = self.redis.client()
        for key in client.scan_iter():
            found[f"redis {key!r}"] = key + b" " + (client.dump(key) or b"")
        return found


@pytest.fixture
def stage(tmp_path: Path, redis: Redis) -> Stage:
    return Stage(tmp_path, redis)


PURPOSE = ("--purpose", "collection", "--certified-by", "Jane Sample")


async def test_t60_the_commands_leave_no_planted_value_behind(stage: Stage) -> None:
    replies = (Say(500, ECHO), Say(200, ECHO), Say(200, b'{"person": {"name": {"lastName": "Oxenfeld"'), Say(401, ECHO))
    async with ScriptedServer(*replies) as vendor:
        asked = (*PURPOSE, "--sandbox", vendor.url)
        reference = ("--reference", stage.given("reference.csv"))
        out = str(stage.folder / "results")
        await stage.run("batch", "run", stage.given("placement.csv"), *asked, *reference, "--out", out)
        shown = await stage.run("lookup", stage.given("case.json"), *asked, *reference, "--json", is_result=True)
        await stage.run("lookup", stage.given("case.json"), *asked, "--strategy", stage.given("reference.csv"))
        await stage.run("why", json.loads(shown)["trace_id"], "1", is_result=True)
        await stage.run("privacy", "hold", "--account", "C-1", "--reason", "Oxenfeld against us")
        heads = "\n".join(heard.head for heard in vendor.heard if "/enformion/" in heard.head).encode()
    assert any("C-1" in line for line in (stage.folder / "results" / "results.csv").read_text().splitlines())
    assert heads, "the vendor was asked; two others take a phone or an address in the URL, by their protocol"
    assert any(b"Oxenfeld" in heard.body for heard in vendor.heard)
    assert hits({**stage.left_behind(), "URLs": heads}) == {}
    assert [ssn for ssn in SSNS if ssn.encode() in stage.results()] == []


@pytest.fixture
def metrics_port() -> Iterator[int]:
    with reserved_port() as port:
        yield port


async def test_the_server_and_the_worker_leave_no_planted_value_behind(stage: Stage, metrics_port: int) -> None:
    key = json.loads(await stage.run("keys", "create", "platform", "--role", "service", "--json", is_result=True))[
        "key"
    ]
    answers = Say(500, ECHO), Say(200, ECHO)
    async with ScriptedServer(*answers) as vendor, ScriptedServer(Say(200, ECHO)) as platform:
        stage.set_up_webhook(platform.url)
        more = {"SKIPTRACE_SANDBOX_URL": vendor.url, "SKIPTRACE_REFERENCE_FILE": stage.given("reference.csv")}
        working = stage.running("worker", SKIPTRACE_METRICS_PORT=str(metrics_port), **more)
        async with stage.running("serve", "--port", "0", **more) as server, working:
            url, headers = await address_of(server, stage), {"authorization": f"Bearer {key}"}
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=100) as http:
                stage.said += [text async for text in talk(http)]
                stage.said.append((await http.get(f"http://127.0.0.1:{metrics_port}/metrics")).content)
            await until(lambda: bool(platform.heard))
    told = {f"delivery {n}": heard.head.encode() + heard.body for n, heard in enumerate(platform.heard)}
    left = stage.left_behind()
    assert any(b"skiptrace_provider" in said for said in stage.said), "metrics were shown"
    assert any(b"trace.finished" in body for body in told.values())
    assert b"provider.send" in left["tmp/spans.txt"]
    assert any(name.startswith("redis") for name in left), "Redis was used"
    assert hits({**left, **told}) == {}


async def until(there: Callable[[], bool]) -> None:
    for _ in range(1200):
        if there():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it never came")


async def talk(http: httpx.AsyncClient) -> AsyncIterator[bytes]:
    """Submit a case and wait for its end; then everything that may go wrong. Yields what no caller asked for."""
    person = {**PERSON, "birth_date": PERSON["dob"], "phone": [PERSON["phone"]], "email": [PERSON["email"]]}
    account = {"account_id": "C-9", **{k: v for k, v in person.items() if k != "dob"}, **TERMS}
    body = {"purpose": "collection", "certified_by": "Jane Sample", "account": account}
    made = await http.post("/v1/cases", json=body, headers={"idempotency-key": "k-1"})
    assert made.status_code == 202, made.text
    yield made.content
    for _ in range(1200):
        seen = (await http.get(f"/v1/cases/{made.json()['case_id']}")).json()
        if seen["state"] in ("done", "waiting", "quarantined"):
            break
        await asyncio.sleep(0.1)
    assert seen["state"] in ("done", "waiting"), seen
    wrong = {**body, "account": {**account, "birth_date": "Oxenfeld", "ssn": "Marguerite"}}
    yield (await http.post("/v1/cases", json=wrong)).content
    yield (await http.post("/v1/cases", content=b"{" + ECHO)).content
    yield (await http.get("/v1/cases/Oxenfeld")).content
    yield (await http.get("/metrics")).content


async def address_of(server: asyncio.subprocess.Process, stage: Stage) -> str:
    for stream in (server.stderr, server.stdout):
        assert stream is not None
    assert server.stderr is not None
    while line := await asyncio.wait_for(server.stderr.readline(), 120):
        stage.said.append(line)
        if found := re.search(rb"http://127\.0\.0\.1:\d+", line):
            return found[0].decode()
    raise AssertionError("the server does not say where it listens")


def hits(left: dict[str, bytes]) -> dict[str, list[str]]:
    return {name: found for name, data in left.items() if (found := shown_in(data))}


def test_the_search_finds_what_it_looks_for() -> None:
    assert len(CANARIES) == 40
    for canary in CANARIES:
        assert canary in shown_in(b"..." + canary.encode() + b"...")
        assert canary in shown_in(canary.encode().hex().encode())
    assert os.environ is not None
