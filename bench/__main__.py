"""All figures of the README, one after the other: `python -m bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main() -> int:
    for name in BENCHES:
        print(f"== {name}", flush=True)
        if subprocess.call([sys.executable, "-m", f"bench.{name}"]):
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
