"""How long the longest of 19 hostile texts of 50,000 characters keeps each parser busy. The wanted figure: 50 ms.

python -m benchmarks.hard_strings
"""

from __future__ import annotations

import time
from contextlib import suppress

from tests.privacy.hard_strings import DOORS, hard_strings


def main() -> None:
    texts = list(hard_strings())
    for name, door in DOORS.items():
        for text in ("MARION OKAFOR", *texts):
            with suppress(ValueError):
                door(text[:60])  # tables are read on the first use
        took = []
        for text in texts:
            began = time.process_time()
            with suppress(ValueError):
                door(text)
            took.append(time.process_time() - began)
        print(f"{name:<24} {max(took) * 1000:7.2f} ms of CPU at most, {sum(took) / len(took) * 1000:7.2f} in the mean")


if __name__ == "__main__":
    main()
