"""Sinks from settings: what is unfit is named before anything starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from skiptrace.errors import ConfigError
from skiptrace.settings import Settings
from skiptrace.stores import SqlStore
from skiptrace.tracing import App
from skiptrace.wiring_sinks import open_relay
from tests.builders import FixedClock
from tests.sinks.receiver import SECRET


def settings(**sink: Any) -> Settings:
    return Settings.read({}, None, sinks={"platform": sink})


def app(store: SqlStore) -> App:
    return cast("App", SimpleNamespace(store=store, clock=FixedClock()))


async def resolves_to(*addresses: str) -> Any:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolver


async def open_with(store: SqlStore, given: Settings, *addresses: str) -> set[str]:
    async with open_relay(given, app(store), await resolves_to(*addresses)) as relay:
        return set(relay.sinks) - {"follow-up"}


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com",
        "ftp://hooks.example.com",
        "file:///etc/passwd",
        "https://user:word@hooks.example.com",
        "https://hooks.example.com:6379",
        "https://hooks.example.com/#x",
        "http://127.0.0.1:9",
        "",
    ],
)
async def test_an_unfit_address_is_refused_when_it_is_read(store: SqlStore, url: str) -> None:
    with pytest.raises(ConfigError, match=r"sinks\.platform\.url"):
        await open_with(store, settings(kind="webhook", url=url, secret=SECRET), "93.184.216.34")


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "fd00::1", "64:ff9b::7f00:1"])
async def test_a_name_that_leads_inside_is_refused_when_it_is_read(store: SqlStore, inside: str) -> None:
    given = settings(kind="webhook", url="https://hooks.example.com/in", secret=SECRET)
    with pytest.raises(ConfigError, match="public addresses only"):
        await open_with(store, given, "93.184.216.34", inside)
    assert await open_with(store, given, "93.184.216.34") == {"platform"}


async def test_the_sinks_of_the_settings_are_known_to_the_outbox(store: SqlStore, tmp_path: Path) -> None:
    assert await open_with(store, settings(kind="file", folder=str(tmp_path / "out"))) == {"platform"}
    assert ("platform", "file") in [(sink.name, sink.kind) for sink in await store.outbox.health()]


async def test_an_unknown_kind_names_those_that_are_there(store: SqlStore) -> None:
    with pytest.raises(ConfigError, match="installed are file, sql, webhook"):
        await open_with(store, settings(kind="carrier-pigeon"))
