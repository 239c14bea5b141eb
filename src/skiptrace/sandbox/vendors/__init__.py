"""One module per vendor. A new one is a module beside these and a line in ``open_vendors``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skiptrace.sandbox.holdings import Holdings
from skiptrace.sandbox.upstream import UPSTREAMS, compile_file
from skiptrace.sandbox.vendors import enformion, smarty, trestle
from skiptrace.sandbox.vendors.wire import Vendor
from skiptrace.sandbox.world import World

__all__ = ["Vendor", "open_vendors"]


def open_vendors(world: World) -> Mapping[str, Vendor]:
    """Compile the upstream files once and open every vendor that resells them."""
    files = {spec.id: compile_file(spec, world) for spec in UPSTREAMS}

    def holdings(vendor: str, buys: Sequence[str]) -> Holdings:
        return Holdings(vendor, world, [files[name] for name in buys])

    vendors: Sequence[Vendor] = (
        enformion.Enformion(holdings("enformion", enformion.BUYS), world),
        smarty.Smarty(world),
        trestle.Trestle(holdings("trestle", trestle.BUYS), world),
    )
    return {vendor.id: vendor for vendor in vendors}
