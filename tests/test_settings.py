"""Settings are read once, whole; unknown names are errors; secrets do not print."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from skiptrace.errors import ConfigError
from skiptrace.settings import Settings


def test_the_environment_outranks_the_file_and_arguments_outrank_both(tmp_path: Path) -> None:
    file = tmp_path / "skiptrace.toml"
    file.write_text('tenant = "file"\nrequester = "file"\ncase_budget = "1.50"\n', encoding="utf-8")
    read = Settings.read({"SKIPTRACE_TENANT": "env", "SKIPTRACE_REQUESTER": "env", "HOME": "/x"}, file, requester="me")
    assert (read.tenant, read.requester, read.case_budget) == ("env", "me", Decimal("1.50"))


def test_two_underscores_go_one_table_down() -> None:
    read = Settings.read({"SKIPTRACE_PROVIDERS__ENFORMION__CREDENTIALS__AP_NAME": "k-123"})
    assert read.providers["enformion"].credentials["ap_name"].get_secret_value() == "k-123"
    assert "k-123" not in repr(read)


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ConfigError, match="setting databse: there is no such setting"):
        Settings.read({"SKIPTRACE_DATABSE": "sqlite://"})


def test_a_wrong_value_is_named_but_not_repeated() -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.read({"SKIPTRACE_CASE_BUDGET": "s3cret"})
    assert "setting case_budget" in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_negative_cap_is_refused() -> None:
    with pytest.raises(ConfigError, match="day_cap"):
        Settings.read({"SKIPTRACE_DAY_CAP": "-1"})


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        Settings.read({"SKIPTRACE_CONFIG": str(tmp_path / "none.toml")})


def test_a_setting_below_one_that_is_not_a_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="SKIPTRACE_TENANT__X"):
        Settings.read({"SKIPTRACE_TENANT": "a", "SKIPTRACE_TENANT__X": "b"})
