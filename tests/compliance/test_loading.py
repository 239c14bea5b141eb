"""Reading rule files: counsel may change them; what cannot be right is refused with a sentence that says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from skiptrace.compliance import Mark, RuleBook, admit, grant, load_rules
from skiptrace.errors import ConfigError
from skiptrace.model import Account, AccountFact, Channel, Effect, Fact
from tests.compliance.questions import case, judged, phone

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def counsel(tmp_path: Path) -> Edit:
    """Counsel's folder: a copy of the shipped files with one text replaced in one of them."""
    shipped = Path(str(resources.files("skiptrace.compliance") / "rules"))

    def edit(file: str, old: str, new: str) -> Path:
        shutil.copytree(shipped, tmp_path, dirs_exist_ok=True)
        text = (tmp_path / file).read_text()
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new, 1))
        return tmp_path

    return edit


def test_a_changed_threshold_changes_the_decision(counsel: Edit) -> None:
    book = load_rules(counsel("4_telephone.toml", "threshold = 0.75", "threshold = 0.85"))

    assert grant(case(), phone(probability=0.8), judged(phone()), book)[0].grants == ()


def test_a_changed_effect_changes_the_decision(counsel: Edit) -> None:
    book = load_rules(counsel("2_accounts.toml", 'verified = "note"', 'verified = "hold"'))
    disputed = case(facts={AccountFact.DISPUTE: Fact.YES, AccountFact.VERIFICATION_SENT: Fact.YES})

    assert admit(disputed, load_rules()).allowed
    assert admit(disputed, book).effect is Effect.HOLD


def test_the_platforms_own_word_for_an_open_account_can_be_added(counsel: Edit) -> None:
    book = load_rules(counsel("0_vocabulary.toml", '"judgment",', '"judgment", "bucket 3",'))
    about = case(account={"state": "Bucket 3"})

    assert not admit(about, load_rules()).allowed
    assert admit(about, book).allowed


def test_a_rule_that_holds_says_who_may_release(counsel: Edit) -> None:
    held = counsel("2_accounts.toml", 'override = "supervisor"\nreview = "supervisor"', 'override = "supervisor"')

    with pytest.raises(ConfigError, match=r'X-00 .* review = "supervisor"'):
        load_rules(held)


def test_a_changed_file_is_another_version(counsel: Edit, rules: RuleBook) -> None:
    assert load_rules().version == rules.version
    assert load_rules(counsel("4_telephone.toml", "0.75", "0.85")).version != rules.version


def test_a_rule_that_is_switched_off_says_so_on_every_case(counsel: Edit) -> None:
    folder = counsel("2_accounts.toml", 'id = "X-08"', 'id = "X-08"\nenabled = false')
    verdict = admit(case(facts={AccountFact.DISPUTE: Fact.YES}), load_rules(folder))

    [decision] = [d for d in verdict.decisions if d.rule_id == "X-08"]
    assert verdict.allowed
    assert decision.effect is Effect.NOTE
    assert "switched off" in decision.reason


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("1_search.toml", 'id = "A-02"', 'id = "A-02"\nenabled = false', "A-02 in 1_search.toml cannot be"),
        ("2_accounts.toml", 'id = "X-08"', 'id = "X-99"', "lack X-08 at stage admission"),
        ("2_accounts.toml", 'id = "X-09"', 'id = "X-08"', "X-08 is defined twice"),
        ("2_accounts.toml", 'effects = { yes = "deny" }', 'effects = { yes = "shrug" }', "X-11 in 2_accounts.toml"),
        ("2_accounts.toml", 'override = "never"', 'override = "sometimes"', "X-10 in 2_accounts.toml"),
        ("2_accounts.toml", 'mark = "P"', 'marks = "P"', "no such key: marks"),
        ("6_data.toml", 'enforced_by = "the audit trail"', "", "D-05 in 6_data.toml needs either stages"),
        ("6_data.toml", 'enforced_by = "the audit trail"', 'stages = ["use"]', "no code evaluates D-05 at stage use"),
        ("6_data.toml", "[[rule]]", "[[rule]", "6_data.toml is not readable TOML"),
    ],
)  # fmt: skip
def test_a_rule_file_that_cannot_be_right_is_refused(
    counsel: Edit, file: str, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load_rules(counsel(file, old, new))


@pytest.mark.parametrize(
    ("old", "new"), [('opens = "08:01"', 'opens = "8"'), ("thin_hours = 4", ""), ('"20:59"', '"07:59"')]
)
def test_hours_that_cannot_be_right_are_refused(counsel: Edit, old: str, new: str) -> None:
    with pytest.raises(ConfigError, match="rule B-09"):
        load_rules(counsel("3_contacts.toml", old, new))


def test_the_profile_is_part_of_the_rule_files(counsel: Edit) -> None:
    book = load_rules(counsel("7_profile.toml", "strict = false", "strict = true"))

    assert admit(case(facts={AccountFact.CEASE: Fact.NOT_STATED}), book).effect is Effect.HOLD


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("strict = false", 'strict = "no"', "true or false"),
        ("strict = false", "strikt = false", "no such key: strikt"),
        ("strict = false", 'dmf_certified_until = "soon"', "is a date"),
        ("quiet_weekdays = []", 'quiet_weekdays = ["sabbath"]', "sabbath is not one of"),
        ("quiet_dates = []", 'quiet_dates = ["christmas"]', "holds dates"),
        ("[profile]", "[profil]", "need one .profile. table"),
    ],
)
def test_a_profile_that_cannot_be_right_is_refused(counsel: Edit, old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load_rules(counsel("7_profile.toml", old, new))


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="copy the shipped ones"):
        load_rules(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_rules(tmp_path / "missing")


def test_an_outcome_without_an_effect_refuses(counsel: Edit) -> None:
    book = load_rules(
        counsel("2_accounts.toml", 'yes = "hold", unknown = "hold", not_stated = "note", verified', "verified")
    )

    assert admit(case(facts={AccountFact.DISPUTE: Fact.YES}), book).effect is Effect.REFUSE


def test_rules_that_are_not_confirmed_are_loaded_and_restrict(rules: RuleBook) -> None:
    unconfirmed = [rule for rule in rules.rules if rule.mark is Mark.UNCONFIRMED]
    protected = admit(case(facts={AccountFact.PROTECTED_PERSON: Fact.YES}), rules)

    assert {"X-13", "B-10", "B-12"} <= {rule.id for rule in unconfirmed}
    assert all(rule.enabled for rule in unconfirmed)
    assert "not confirmed by counsel" in next(d.reason for d in protected.decisions if d.rule_id == "X-13")


def test_no_rule_grants_an_automatic_channel_without_consent(rules: RuleBook) -> None:
    granting = {rule.id for rule in rules.rules if Effect.GRANT in rule.effects.values()}
    opened = {channel for rule in rules.rules if rule.id in granting - {"C-10"} for channel in rule.channels}

    assert granting == {"Q-10", "B-18", "C-10"}
    assert opened == {Channel.VOICE_MANUAL, Channel.MAIL}


def test_every_account_fact_is_read_by_a_rule(rules: RuleBook) -> None:
    triggers = " ".join(trigger for rule in rules.rules for trigger in rule.trigger)

    assert [fact for fact in AccountFact if f"account.facts.{fact}" not in triggers] == []
    assert Account.__dataclass_fields__["facts"]
