"""Politeness: rate limits, bulkheads, breakers and retry budgets, shared by all workers when there is a Redis."""

from skiptrace.limits.allowance import Terms
from skiptrace.limits.desk import OwnDesk
from skiptrace.limits.redis_desk import RedisDesk
from skiptrace.limits.turns import Turns

__all__ = ["OwnDesk", "RedisDesk", "Terms", "Turns"]
