"""Under which law a piece of data is held, and whether state privacy law leaves it out (rule D-11)."""

from __future__ import annotations

from dataclasses import dataclass

from skiptrace.compliance.rulebook import RuleBook
from skiptrace.model import AccountFact, Case, DataClass, Fact

UNKNOWN = "unknown"
STATE_PRIVACY = "state_privacy"
"""What no federal law covers: the consumer may ask for it under the privacy law of their state."""


@dataclass(frozen=True, slots=True)
class Regime:
    """``exempt``: a request under state privacy law need not be answered with this."""

    name: str
    exempt: bool


def regime_of_source(data_class: DataClass | None, case: Case, rules: RuleBook) -> Regime:
    """Of what a provider told. A provider that is not known any more may have been any: a person has to look."""
    if data_class is None:
        return Regime(UNKNOWN, exempt=True)
    return Regime(data_class.value, exempt=data_class.value in _exempt(case, rules))


def regime_of_account(case: Case, rules: RuleBook) -> Regime:
    """Of what came with the account: the creditor's, when it is a financial institution, is GLBA data."""
    if case.account.debt_origin.strip().casefold() not in rules.rule("A-06").words("financial"):
        return Regime(STATE_PRIVACY, exempt=False)
    return Regime(DataClass.GLBA.value, exempt=DataClass.GLBA.value in _exempt(case, rules))


def _exempt(case: Case, rules: RuleBook) -> tuple[str, ...]:
    commercial = case.account.fact(AccountFact.COMMERCIAL) is Fact.YES
    return rules.rule("D-11").words("exempt_of_commercial_debts" if commercial else "exempt")
