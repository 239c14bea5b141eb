"""Contract suites for authors of providers and stores. They ship with the product and need pytest."""

import pytest

pytest.register_assert_rewrite("skiptrace.testing.jobs", "skiptrace.testing.provider", "skiptrace.testing.store")

# after their asserts are made to explain themselves
from skiptrace.testing.jobs import JobsContract  # noqa: E402
from skiptrace.testing.provider import ProviderContract  # noqa: E402
from skiptrace.testing.store import StoreContract  # noqa: E402

__all__ = ["JobsContract", "ProviderContract", "StoreContract"]
