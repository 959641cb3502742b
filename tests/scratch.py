"""What makes a run of the tests quick, whatever they test: files in memory, compiled modules that are kept, garbage
that is looked for rarely, and Amazon's descriptions read once.

Temporary files lie in memory where there is room. A ledger waits for the disk at each commit; over the whole suite that is minutes in which nothing runs. Nothing that is
tested depends on it: a killed process leaves the same files behind in memory as on a disk.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

MEMORY = Path("/dev/shm")
#: Bytes that must be free; a run of all tests needs less than half of it at its widest.
ROOM = 2 * 2**30
#: Set where the package changes from run to run: two texts of one second and one length look alike to Python.
CHANGING = "TOPMIND_TESTS_CHANGING"


def use_memory() -> None:
    """Make `tempfile`, pytest and whatever tests start write there; `TMPDIR` says otherwise."""
    if "TMPDIR" in os.environ or not _fits(MEMORY):
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def hear_ctrl_c() -> None:
    """A shell that starts the tests beside itself has them ignore SIGINT, and every command that they start with it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def keep_compiled() -> None:
    """Where `PYTHONDONTWRITEBYTECODE` is set, each of the hundreds of commands would compile the package anew."""
    if CHANGING in os.environ:
        return
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def look_for_garbage_rarely() -> None:
    """Thousands of collected tests and all libraries live to the end: looking through them over and over again, after
    each 700 new objects, is a tenth of the whole run."""
    gc.set_threshold(50_000, 20, 50)


def keep_what_was_collected() -> None:
    """Once all tests are known: what is there now is never garbage."""
    gc.collect()
    gc.freeze()


def read_amazon_once() -> None:
    """botocore's sessions share what they know of Amazon's services, as the clients of one session do: else each of
    the hundreds in a run reads the same large files, which takes longer than most tests that ask for one."""
    import botocore.session

    botocore.session.create_loader = cache(botocore.session.create_loader)


def let_examples_take_their_time() -> None:
    """No example of a property fails by a clock: on a busy machine one takes many times as long."""
    import hypothesis

    hypothesis.settings.register_profile("unhurried", deadline=None)
    hypothesis.settings.load_profile("unhurried")


def _fits(place: Path) -> bool:
    """Programs must start there too: containers often forbid it."""
    if not place.is_dir() or not os.access(place, os.W_OK) or shutil.disk_usage(place).free < ROOM:
        return False
    return not os.statvfs(place).f_flag & os.ST_NOEXEC
