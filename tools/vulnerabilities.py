"""Reads what pip-audit found (``-f json``) and says whether that means anything.

    python tools/vulnerabilities.py FILE

pip-audit ends well when it could ask nobody, as behind a package mirror: every dependency is then "skipped". Exit code
0: every dependency was asked about and none has a known flaw; 1: some have; 2: some or all were not asked about.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(file: Path) -> int:
    try:
        dependencies: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["dependencies"]
    except (OSError, ValueError, KeyError):
        print("nobody was asked: pip-audit could not reach an advisory service")
        return 2
    asked = [found for found in dependencies if "vulns" in found]
    flaws = [(found, flaw) for found in asked for flaw in found["vulns"]]
    for found, flaw in flaws:
        print(f"{found['name']} {found['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or '-'}")
    if not asked:
        print(f"nobody could say anything of {len(dependencies)} dependencies: this is no clean result")
        return 2
    print(f"{len(asked)} of {len(dependencies)} dependencies were asked about, {len(flaws)} known flaws")
    return 1 if flaws else 0 if len(asked) == len(dependencies) else 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
