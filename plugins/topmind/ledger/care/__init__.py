"""Care for a ledger: look at it without writing, check it, copy it, put a copy back, take its tables out.

Nothing here goes through `open_ledger`: whoever looks must not raise a shape, introduce a key ring or take a lock.
"""

from topmind.ledger.care.checking import Health, check, check_copy
from topmind.ledger.care.copying import copy
from topmind.ledger.care.exporting import ColumnKind, Write, export
from topmind.ledger.care.looking import Looked, Told, look, look_at_copy
from topmind.ledger.care.restoring import restore

__all__ = [
    "ColumnKind",
    "Health",
    "Looked",
    "Told",
    "Write",
    "check",
    "check_copy",
    "copy",
    "export",
    "look",
    "look_at_copy",
    "restore",
]
