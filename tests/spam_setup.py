"""Finds SpamAssassin, which says what a mail program's filter would hold against our mails; installs the system's
package where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def find() -> str | None:
    """Path of its command, or None."""
    return os.environ.get("TOPMIND_SPAMASSASSIN") or shutil.which("spamassassin")


def install() -> None:
    """The system's package, quietly; it brings its rules, so nothing is asked over the network later."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    if not _apt("install", "-y", "--no-install-recommends", "spamassassin"):
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", "spamassassin")


def _apt(*words: str) -> bool:
    """Whether it did."""
    done = subprocess.run(
        ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *words], check=False, capture_output=True
    )
    return done.returncode == 0


def main() -> int:
    """Print its path. Without it one test is skipped, and says so."""
    if find() is None:
        install()
    print(
        f"SpamAssassin: {find() or 'not here (its package is missing, or you are not root); its test is skipped'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
