"""A small project on disk that is in order, to which a test adds what matters to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from topmind import settings
from topmind.catalog import Loaded, load
from topmind.testing.builders import a_field

FILES = {
    "pelicanconf.py": "",
    "content/company.md": """---
name: Harbor & Pine
address:
  - 14 Chandlery Lane
  - Tern Harbor, ME 04999
zone: America/New_York
programme_starts: 2025-06-01
owner: dana
topics:
  fixes: The Tuesday Fix
---
We mend houses.
""",
    "content/team/dana.md": """---
name: Dana Reyes
role: Owner
email: dana@harborandpine.example
---
Dana
""",
    "segments/customers.md": """---
title: Customers
who:
  - purchases() > 0
---
Everybody who bought.
""",
    "content/tips/gutters.md": """---
title: Tip: clean your gutters
date: 2026-12-01
---
Before the leaves freeze.
""",
    "content/newsletters/tuesday-fix.md": """---
title: The Tuesday Fix
every: Tuesday at 09:00
segments: [customers]
subject: Hi {{ first_name | default: "there" }}
---
/// slot | 1 tip
""",
}

Build = Callable[..., Loaded]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write the small project with some files more, other (or None: without), and load it."""

    def write(files: dict[str, str | bytes | None] | None = None, **topmind: Any) -> Loaded:
        for name, text in {**FILES, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        (tmp_path / "pelicanconf.py").write_text(f"TOPMIND = {topmind!r}\n")
        fields = {name: a_field(name) for name in ("first_name", "town")}
        return load(settings.load(tmp_path, {}), date(2026, 12, 1), fields)

    return write


def said(loaded: Loaded) -> list[str]:
    """The problems as people read them: `path:line: what. fix`."""
    return [f"{p.path}:{p.line}: {p.says} {p.fix}" for p in loaded.problems]
