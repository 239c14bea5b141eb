"""The port on which a process shows its metrics to Prometheus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from skiptrace.errors import ConfigError, StoreError
from skiptrace.telemetry.meters import REGISTRY

Refresh = Callable[[], Awaitable[None]]
"""Brings the gauges up to date before they are shown."""


@asynccontextmanager
async def metrics_served(host: str, port: int, refresh: Refresh) -> AsyncIterator[int]:
    """Serve ``/metrics`` and nothing else; yields the port. Raises ConfigError when the port cannot be had."""

    async def metrics(_: web.Request) -> web.Response:
        try:
            await refresh()
        except StoreError:
            return web.Response(status=503, text="the database does not answer")
        return web.Response(body=generate_latest(REGISTRY), headers={"content-type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.router.add_get("/metrics", metrics)
    runner = web.AppRunner(application, handle_signals=False, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(f"metrics_port {port} cannot be listened on: {error.strerror}") from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
