"""A simulated bureau: an invented world with known truth, sold over HTTP by vendors in their own wire formats."""

from skiptrace.sandbox.faults import CALM, USUAL, Fault, Weather
from skiptrace.sandbox.growth import grow_world
from skiptrace.sandbox.server import RunningBureau, running_bureau, serve
from skiptrace.sandbox.world import World

__all__ = ["CALM", "USUAL", "Fault", "RunningBureau", "Weather", "World", "grow_world", "running_bureau", "serve"]
