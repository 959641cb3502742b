"""Contrast as an eye meets it: measured on the pixels of a screenshot, whatever a mail program did to the colours."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: Contrast that WCAG 2.2 AA asks for: ordinary words, and large ones (24 px, or 18.66 px and bold).
ORDINARY, LARGE = 4.5, 3.0

_WORDS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walk.nextNode();) {
    if (!node.data.trim()) continue;
    const style = getComputedStyle(node.parentElement), size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && +style.fontWeight >= 700;
    for (const word of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      for (const r of range.getClientRects())
        if (r.width > 4 && r.height > 4)
          found.push([r.x + scrollX, r.y + scrollY, r.width, r.height, large, word[0]]);
    }
  }
  return found;
}"""


@dataclass(frozen=True)
class Word:
    """One word on the screen."""

    text: str
    #: (lighter + 0.05) / (darker + 0.05), as WCAG defines it.
    contrast: float
    #: What WCAG asks for.
    asked: float


def words(page: Any, scale: int) -> list[Word]:
    """The words of a page and their contrast. `scale`: pixels of the screen per CSS pixel, both ways."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    light = _luminance(np.asarray(picture))
    found = []
    for x, y, width, height, large, text in page.evaluate(_WORDS):
        box = light[
            int(y * scale) : int((y + height) * scale) + 1, int(x * scale) : int((x + width) * scale) + 1
        ]
        if box.size and text.isascii():  # an emoji has colours of its own
            found.append(Word(text, _contrast(box), LARGE if large else ORDINARY))
    return found


def _luminance(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance of each pixel (WCAG 2.2)."""
    table = np.arange(256) / 255
    linear = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4)
    channels = linear[pixels]
    return channels @ np.array([0.2126, 0.7152, 0.0722])  # type: ignore[no-any-return]  # floats


def _contrast(box: NDArray[np.float64]) -> float:
    """Ground is what most pixels have; ink is what lies furthest from it, but for one pixel in three hundred."""
    values, counts = np.unique(box.round(4), return_counts=True)
    ground = float(values[counts.argmax()])
    away = np.abs(box.ravel() - ground)
    rank = max(int(away.size * (1 - 1 / 300)) - 1, 0)
    at = np.argpartition(away, rank)[rank]
    ink = float(box.ravel()[at])
    return (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05)
