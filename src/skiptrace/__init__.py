"""Finds where an unreachable debtor can be reached today, lawfully, and can prove where every value came from.

``connect(settings)`` opens an App, ``trace(case, app)`` runs the engine on one case; the values are those of ``model``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skiptrace.model import *  # noqa: F403
    from skiptrace.replay import replay
    from skiptrace.settings import Settings
    from skiptrace.tracing import App, trace
    from skiptrace.wiring import connect

_HOMES = {
    "App": "skiptrace.tracing",
    "Settings": "skiptrace.settings",
    "connect": "skiptrace.wiring",
    "replay": "skiptrace.replay",
    "trace": "skiptrace.tracing",
}

__all__ = ["App", "Settings", "connect", "replay", "trace"]


def __getattr__(name: str) -> Any:
    """Import on first use: ``import skiptrace`` alone must stay quick."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    values = import_module("skiptrace.model")
    if name in values.__all__:
        return getattr(values, name)
    raise AttributeError(f"module 'skiptrace' has no attribute {name!r}")
