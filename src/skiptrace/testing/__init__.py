"""Contract suites for authors of providers, sinks and stores. They ship with the product and need pytest."""

import pytest

for _suite in ("jobs", "provider", "sink", "store"):
    pytest.register_assert_rewrite(f"skiptrace.testing.{_suite}")

# after their asserts are made to explain themselves
from skiptrace.testing.jobs import JobsContract  # noqa: E402
from skiptrace.testing.provider import ProviderContract  # noqa: E402
from skiptrace.testing.sink import SinkContract  # noqa: E402
from skiptrace.testing.store import StoreContract  # noqa: E402

__all__ = ["JobsContract", "ProviderContract", "SinkContract", "StoreContract"]
