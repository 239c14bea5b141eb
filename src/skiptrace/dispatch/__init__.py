"""Who wakes the workers. The queue is in SQL; losing everything in here costs milliseconds."""

from skiptrace.dispatch.local import LocalDispatcher
from skiptrace.dispatch.redis import RedisDispatcher

__all__ = ["LocalDispatcher", "RedisDispatcher"]
