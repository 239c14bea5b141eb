"""Where results are written back: one module a kind. ``open_sink`` makes a sink from its setup."""

from skiptrace.sinks.base import SinkSetup
from skiptrace.sinks.catalog import open_sink

__all__ = ["SinkSetup", "open_sink"]
