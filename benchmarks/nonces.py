"""Whether forked processes ever seal with the same nonce (S55): every nonce is compared with every other. Wanted: 0.

    python -m benchmarks.nonces [--values 10000000] [--processes 8]

Half of the values are sealed under the key-encryption key, half under one case's own; the processes are forked after
both ciphers were made and used.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
from pathlib import Path
from types import MappingProxyType

import numpy as np

from skiptrace.privacy import Cipher, FieldCipher, KeyRing, SubjectKeys

NONCE = 12
PLACE = ("cases", "subject", "case-1")


def ciphers() -> list[tuple[Cipher, int]]:
    """Each with the length of what a sealed value begins with: the id of its key."""
    ring = KeyRing(secrets.token_bytes(32), MappingProxyType({"k1": secrets.token_bytes(32)}), "k1")
    both: list[Cipher] = [FieldCipher(ring), SubjectKeys.new(secrets.token_bytes(16)).file]
    return [(cipher, 1 + cipher.seal(*PLACE, b"")[0]) for cipher in both]


def seal_many(made: list[tuple[Cipher, int]], count: int, file: Path) -> None:
    with file.open("wb", buffering=1 << 20) as out:
        for n in range(count):
            cipher, start = made[n % len(made)]
            out.write(cipher.seal(*PLACE, b"")[start : start + NONCE])


def repeats(files: list[Path]) -> tuple[int, int]:
    """How many nonces there are, and how many of them had been there before."""
    found = np.concatenate([np.fromfile(file, dtype=[("high", ">u8"), ("low", ">u4")]) for file in files])
    found = found[np.lexsort((found["low"], found["high"]))]
    same = (found["high"][1:] == found["high"][:-1]) & (found["low"][1:] == found["low"][:-1])
    return len(found), int(same.sum())


def main(values: int, processes: int) -> None:
    made = ciphers()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / str(n) for n in range(processes)]
        for file in files:
            if os.fork() == 0:
                seal_many(made, values // processes, file)
                os._exit(0)
        for _ in files:
            _, status = os.wait()
            if status:
                raise SystemExit("a process failed")
        count, again = repeats(files)
    print(f"{count:,} values sealed by {processes} forked processes: {again} nonces repeat")
    raise SystemExit(again > 0)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--values", type=int, default=10_000_000)
    given.add_argument("--processes", type=int, default=8)
    options = given.parse_args()
    main(options.values, options.processes)
