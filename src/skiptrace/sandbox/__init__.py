"""A simulated bureau: an invented world with known truth, sold over HTTP by vendors in their own wire formats."""

from skiptrace.sandbox.accounts import sample_accounts, write_accounts
from skiptrace.sandbox.faults import CALM, USUAL, Fault, Weather
from skiptrace.sandbox.growth import grow_world
from skiptrace.sandbox.scoring import Bin, Scorecard, score
from skiptrace.sandbox.server import RunningBureau, running_bureau, serve
from skiptrace.sandbox.truth import Truth, truths
from skiptrace.sandbox.world import World

__all__ = [
    "grow_world",
    "World",
    "sample_accounts",
    "write_accounts",
    "serve",
    "running_bureau",
    "RunningBureau",
    "Weather",
    "CALM",
    "USUAL",
    "Fault",
    "truths",
    "Truth",
    "score",
    "Scorecard",
    "Bin",
]
