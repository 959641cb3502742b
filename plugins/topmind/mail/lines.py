"""Plain text in lines: wrapped, underlined, in columns; measured as a screen shows it, not as Python counts it.

A Chinese letter and most emoji take two columns, an accent none. A mark of a merge tag is as wide as what will most
likely stand there, for the value of a contact is not known yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

#: Columns in a line (RFC 3676 says 78 at most; 72 leaves room to be quoted).
WIDTH = 72
#: Cells of one row, left to right; whether they are headings.
Row: TypeAlias = tuple[Sequence[str], bool]

_BLANKS = re.compile(r"[ \t\r\n\f\v]+")  # a no-break space is no place to break
_WIDE = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_HAS_WIDE = re.compile(f"[{_WIDE}]")
#: Chinese and Japanese break between any two letters, but not before a full stop nor after an opening bracket.
_UNIT = re.compile(
    rf"[「『（〈《【〔(\[]*(?:[{_WIDE}]|[^{_WIDE}]+)[、。，．・：；？！」』）〉》】〕ー々…)\]]*", re.DOTALL
)


def columns(text: str) -> int:
    """How many columns of a terminal or a text mail a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lays words out in lines of at most `width` columns."""

    width: int = WIDTH
    measure: Callable[[str], int] = field(default=columns)

    def narrower(self, by: int) -> Lines:
        """For what will be indented or quoted; never so narrow that nothing fits."""
        return replace(self, width=max(self.width - by, 24))

    def wrap(self, text: str, indent: str = "", first: str | None = None) -> str:
        """Words in lines; line ends that an author wrote stay, addresses are never broken."""
        head = indent if first is None else first
        lines: list[str] = []
        for line in text.split("\n"):
            lines += self._wrapped(line, indent, indent if lines else head)
        return "\n".join(lines).rstrip()

    def _wrapped(self, text: str, indent: str, first: str) -> list[str]:
        line, used, empty = first, self.measure(first), True
        lines: list[str] = []
        for gap, word in _words(text):
            size = self.measure(word)
            if not empty and used + len(gap) + size > self.width:
                lines.append(line)
                line, used, empty = indent, self.measure(indent), True
            if not empty:
                line, used = line + gap, used + len(gap)
            line, used, empty = line + word, used + size, False
        return [*lines, line.rstrip()]

    def underlined(self, text: str, sign: str) -> str:
        """A heading with a line below, as long as its longest line."""
        return f"{text}\n{sign * max(1, *(self.measure(line) for line in text.split(chr(10))))}"

    def table(self, rows: Sequence[Row], sides: Sequence[str] = (), fixed: Sequence[bool] = ()) -> str:
        """Rows of cells in columns; where they do not fit a line, one row below the other with its headings.

        `sides`: "left", "right" or "center" per column. `fixed`: False where a column's width is not known yet,
        as it holds values of a contact; only the last one may be so.
        """
        if not rows:
            return ""
        count = max(len(cells) for cells, _ in rows)
        full = [([*cells, *[""] * (count - len(cells))], head) for cells, head in rows]
        sizes = [max(self.measure(cells[at]) for cells, _ in full) for at in range(count)]
        if sum(sizes) + 2 * (count - 1) > self.width or not all([*fixed, *[True] * count][: count - 1]):
            return self._stacked(full)
        known = [*sides, *["left"] * (count - len(sides))]
        if fixed and not fixed[-1]:
            known[-1] = "left"
        lines: list[str] = []
        for number, (cells, head) in enumerate(full):
            padded = (self._pad(*cell) for cell in zip(cells, sizes, known, strict=True))
            lines.append("  ".join(padded).rstrip())
            if head and number + 1 < len(full) and not full[number + 1][1]:
                lines.append("  ".join("-" * size for size in sizes))
        return "\n".join(lines)

    def _pad(self, text: str, size: int, side: str) -> str:
        room = max(0, size - self.measure(text))
        left = {"right": room, "center": room // 2}.get(side, 0)
        return f"{' ' * left}{text}{' ' * (room - left)}"

    def _stacked(self, rows: Sequence[tuple[list[str], bool]]) -> str:
        names = rows[0][0] if rows[0][1] else [""] * len(rows[0][0])
        return "\n\n".join(
            "\n".join(
                self.wrap(f"{name}: {cell}" if name else cell, "  ", "")
                for name, cell in zip(names, cells, strict=True)
                if cell
            )
            for cells, head in rows
            if not head or len(rows) == 1
        )


def _words(text: str) -> list[tuple[str, str]]:
    """(gap before it, word): what may stand on a line of its own."""
    found: list[tuple[str, str]] = []
    for word in _BLANKS.split(text.strip(" \t\r\n\f\v")):
        units = _UNIT.findall(word) if _HAS_WIDE.search(word) else [word]
        found += [(" " if at == 0 else "", unit) for at, unit in enumerate(units)]
    return found
