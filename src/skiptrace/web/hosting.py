"""Behind ``skiptrace serve``: open what the routes need, serve until told to end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from skiptrace.compliance import load_rules
from skiptrace.settings import Settings
from skiptrace.web.app import create_app
from skiptrace.web.house import House
from skiptrace.web.serving import allow_files, listen, server
from skiptrace.web.sign_in import SignIn
from skiptrace.wiring import SystemClock, dispatcher, metrics, new_id, open_limiter, open_store


@asynccontextmanager
async def housed(settings: Settings) -> AsyncIterator[House]:
    """What the routes work with. Raises ConfigError or StoreError."""
    clock = SystemClock()
    rules = load_rules(settings.rules)
    bell = dispatcher(settings)
    try:
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(open_store(settings, clock))
            if settings.metrics_port:
                limiter = await stack.enter_async_context(open_limiter(settings, store, clock))
                await stack.enter_async_context(metrics(settings, store, limiter))
            sign_in = SignIn(settings.sign_in, settings.tenant) if settings.sign_in else None
            yield House(store, store.access, bell, rules, clock, new_id, settings.case_budget, sign_in=sign_in)
    finally:
        await bell.close()


async def serve(settings: Settings, host: str, port: int, told: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; then requests under way end, and new ones are refused."""
    allow_files()
    async with housed(settings) as house:
        listener = listen(host, port)
        running = server(create_app(house, docs=settings.api_docs), house.closing, proxies=settings.api_proxies)
        told(f"http://{host}:{listener.getsockname()[1]}")
        await running.serve([listener])
