"""``skiptrace status`` and the kill switch, as users run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import in_process


def test_a_new_installation_stands_idle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = in_process(capsys, tmp_path, "status")

    assert said.code == 0
    for line in ("interactive", "Spent and reserved today: $0.00, no day cap", "In doubt: 0 calls", "Deliveries: 0"):
        assert line in said.out


def test_a_paused_provider_shows_with_its_reason_until_it_is_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_process(capsys, tmp_path, "providers", "pause", "trestle", "--reason", "invoice in dispute").code == 0
    shown = json.loads(in_process(capsys, tmp_path, "status", "--json").out)
    paused = {provider["provider"]: provider["paused"] for provider in shown["providers"]}
    assert paused == {"enformion": "", "smarty": "", "trestle": "invoice in dispute"}

    assert in_process(capsys, tmp_path, "providers", "resume", "trestle").code == 0
    again = in_process(capsys, tmp_path, "providers", "resume", "trestle")
    assert again.code == 2
    assert "is not paused" in again.err


def test_a_provider_that_is_not_installed_cannot_be_paused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = in_process(capsys, tmp_path, "providers", "pause", "acme", "--reason", "because")

    assert said.code == 2
    assert "installed are" in said.err


def test_the_quota_of_the_contract_is_shown_with_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKIPTRACE_PROVIDERS__SMARTY__LIMITS__PER_MONTH", "250")
    monkeypatch.setenv("SKIPTRACE_PROVIDERS__SMARTY__LIMITS__PER_SECOND", "5")
    shown = json.loads(in_process(capsys, tmp_path, "status", "--json").out)
    (smarty,) = (provider for provider in shown["providers"] if provider["provider"] == "smarty")

    assert smarty["quotas"] == [{"period": "month", "limit": 250, "left": 250, "runs_out_in": None}]
