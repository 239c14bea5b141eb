"""Settings with which a worker must not start."""

from __future__ import annotations

from urllib.parse import urlsplit

from skiptrace.errors import ConfigError
from skiptrace.ports import Jobs
from skiptrace.settings import Settings


def refuse_unsafe(settings: Settings) -> None:
    """Raises ConfigError, with what to change, for settings that would leak or do work twice.

    The key file and the vendors' addresses are checked where they are opened.
    """
    redis = urlsplit(settings.redis)
    if settings.redis and redis.scheme not in ("redis", "rediss", "unix"):
        raise ConfigError("redis: is a URL such as rediss://:password@host or unix:///run/redis.sock")
    if redis.scheme in ("redis", "rediss") and not redis.password:
        raise ConfigError("redis: has no password, so whoever reaches its port can stop the fleet: set requirepass")
    if settings.worker.heartbeat * 2 > settings.worker.lease:
        raise ConfigError("worker.lease: must be at least twice worker.heartbeat, or one late heartbeat loses all jobs")
    if settings.platform is not None and not settings.redis:
        raise ConfigError("platform: its jobs come by arq, which needs a Redis: set SKIPTRACE_REDIS")


async def refuse_forgetful(store: Jobs) -> None:
    """Raises ConfigError when the database may forget what it has acknowledged."""
    if weak := await store.weak_points():
        raise ConfigError(weak[0])
