"""Contract suites for authors of providers and stores. They ship with the product and need pytest."""

import pytest

pytest.register_assert_rewrite("skiptrace.testing.provider")

from skiptrace.testing.provider import ProviderContract  # noqa: E402 - after its asserts are made to explain themselves

__all__ = ["ProviderContract"]
