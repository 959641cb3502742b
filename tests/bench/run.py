"""`make bench`: every figure of the budgets that exists by now, each from one run in this process's children."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run each `bench_*.py` by itself, so that peak memory is its own."""
    print(
        f"python {platform.python_version()}, {platform.machine()}, {time.strftime('%Y-%m-%d')}", flush=True
    )
    failed = 0
    for script in sorted(HERE.glob("bench_*.py")):
        print(f"\n{script.stem.removeprefix('bench_')}", flush=True)
        failed += subprocess.run([sys.executable, str(script)], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
