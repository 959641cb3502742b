"""What conversions leave: copies of contacts that a cut-off one could not clear away go with a later one."""

from __future__ import annotations

import os
from pathlib import Path

from topmind.audience.cache import LEFT, Cache


def test_what_a_cut_off_conversion_left_goes_with_a_later_one(tmp_path: Path) -> None:
    """One that is under way beside it stays."""
    for name, age in (("new-left", LEFT + 60), ("new-now", 60), ("contacts-x.parquet", LEFT + 60)):
        path = tmp_path / name
        path.mkdir() if name.startswith("new-") else path.touch()
        if path.is_dir():
            (path / "contacts.csv").write_text("id,email\n")
        now = path.stat().st_mtime
        os.utime(path, (now - age, now - age))
    with Cache(tmp_path).spool() as spool:
        assert sorted(one.name for one in tmp_path.iterdir()) == sorted(
            [spool.name, "new-now", "contacts-x.parquet"]
        )
    assert not spool.exists()
