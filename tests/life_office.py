"""What the office edits in the files while the business goes on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from life_project import CADENCES, FIRST

#: Day → the dated file that the office writes then: one issue goes a week later, one is held back for good.
DATED = {
    date(2028, 9, 1): ("2028-10-25", "was: 2028-10-18\nsubject: A week late\n"),
    date(2029, 4, 12): ("2029-05-02", "hold: yes\n"),
}


def edit(root: Path, since: date, until: date) -> bool:
    """What the office changes in the files after `since`, up to `until`; whether it changed anything."""
    letter = root / "content" / "newsletters" / "letter.md"
    changed, since = False, max(since, FIRST)
    for day, words in CADENCES.items():
        if since < day <= until:
            text = letter.read_text("utf-8")
            head = next(line for line in text.splitlines() if line.startswith("every:"))
            letter.write_text(text.replace(head, f"every: {words}"), "utf-8")
            changed = True
    for day, (name, head) in DATED.items():
        if since < day <= until:
            path = root / "content" / "newsletters" / "letter" / f"{name}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"---\n{head}---\n", "utf-8")
            changed = True
    return changed
