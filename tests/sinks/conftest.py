from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from skiptrace.providers.transport import AiohttpTransport


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    """The wire's own transport, as in sandbox mode."""
    opened = AiohttpTransport(allow_loopback=True)
    yield opened
    await opened.aclose()
