"""The door ``skiptrace worker``: started by settings alone, on as many machines as wanted."""

from skiptrace.worker.checks import refuse_unsafe
from skiptrace.worker.serving import pace_of, serve

__all__ = ["pace_of", "refuse_unsafe", "serve"]
