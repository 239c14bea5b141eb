from __future__ import annotations

import pytest

from skiptrace.compliance import RuleBook, load_rules


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    """The shipped rules."""
    return load_rules()
