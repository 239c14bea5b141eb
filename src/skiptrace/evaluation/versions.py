"""Two versions of the parameters side by side, and where the newer one comes from."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
from rich.table import Table

from skiptrace.evaluation.refitting import KINDS, Fit, Used
from skiptrace.matching.weights import Parameters, as_file


def as_table(before: Mapping[str, Fit], after: Mapping[str, Fit]) -> Table:
    """What each version foretold of the same outcomes."""
    table = Table("contact", "outcomes", "right", "claimed", "log loss", "calibration error", title="Before → after")
    for kind, old in before.items():
        new = after[kind]
        table.add_row(
            kind,
            f"{old.outcomes:,}",
            f"{old.right:.3f}",
            f"{old.claimed:.3f} → {new.claimed:.3f}",
            f"{old.log_loss:.3f} → {new.log_loss:.3f}",
            f"{old.calibration_error:.3f} → {new.calibration_error:.3f}",
        )
    return table


def provenance(before: Parameters, after: Parameters, used: Used) -> dict[str, Any]:
    """What the new file says of its origin: the parameters that it started from, the outcomes, and what moved."""
    return {
        "refitted_from": before.version,
        "refitted_from_sha256": sha256(as_file(before, {})).hexdigest(),
        "outcomes": {kind: int((used.is_phone == (kind == "phone")).sum()) for kind in KINDS},
        "right": {kind: int(used.right[used.is_phone == (kind == "phone")].sum()) for kind in KINDS},
        "moved_bits": {kind: moved(before, after, kind) for kind in KINDS},
        "command": "skiptrace refit FOLDER --out FILE --version NAME",
        "unit": "bits (log2 of a likelihood ratio)",
    }


def moved(before: Parameters, after: Parameters, kind: str) -> dict[str, float]:
    """By how many bits each source's curve, and the prior, were moved."""
    old, new = getattr(before, kind), getattr(after, kind)
    sources = {
        name: round(float(np.mean(curve.bits - old.sightings.of(name).bits)), 2)
        for name, curve in new.sightings.known.items()
    }
    prior = round(new.rivals.prior - old.rivals.prior, 2)
    return {name: bits for name, bits in sources.items() if bits} | ({"prior": prior} if prior else {})
