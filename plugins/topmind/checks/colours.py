"""The brand can be read, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Problem

CONTRAST = Rule(
    id="brand/contrast",
    level=Level.ERROR,
    finds="two colours of the brand, light or dark, whose contrast is below 4.5 to 1",
    example='muted = "#aaaaaa"',
    holds=True,
    needs="brand",
    sees=Sees.LINE,
)


#: Least contrast of text (WCAG 2.2, 1.4.3, level AA).
ENOUGH = 4.5
#: (text, behind it): every pair that pages and mails use.
PAIRS = (
    ("ink", "page"),
    ("ink", "surface"),
    ("ink", "soft"),
    ("ink", "warm_soft"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "soft"),
    ("muted", "warm_soft"),
    ("accent", "page"),
    ("accent", "surface"),
    ("accent", "soft"),
    ("accent", "warm_soft"),
    ("on_accent", "accent"),
    ("on_accent", "warm"),
    ("warm", "page"),
    ("warm", "surface"),
    ("warm", "soft"),
    ("warm", "warm_soft"),
)


def contrast(facts: Facts) -> Iterator[Problem]:
    """Each pair of colours that pages and mails put together has a ratio of 4.5 or more."""
    if facts.brand is None:
        return
    path = "themes/brand.toml"
    for scheme, palette in facts.brand.schemes().items():
        for front, back in PAIRS:
            colour, behind = getattr(palette, front), getattr(palette, back)
            found = ratio(colour, behind)
            if found < ENOUGH:
                yield CONTRAST.at(
                    path,
                    _line(facts.lines(path), scheme, front),
                    says=f"[{scheme}] {front} {colour} on {back} {behind} is hard to read: {found:.2f} to 1.",
                    fix=f'At least {ENOUGH} is needed; {front} = "{readable(colour, behind)}" would do.',
                )


def _line(lines: Sequence[str], scheme: str, name: str) -> int:
    """Line of a colour in its table of the brand's file; 0 where it is not written there."""
    table = ""
    for number, text in enumerate(lines, 1):
        if text.startswith("["):
            table = text.strip("[] ").rpartition(".")[2]
        elif table == scheme and text.partition("=")[0].strip() == name:
            return number
    return 0


def ratio(front: str, back: str) -> float:
    """Contrast of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(front: str, back: str) -> str:
    """The colour nearest to `front`, towards black or white, that can be read on `back`."""
    goal = 0 if _luminance(back) > 0.18 else 255  # at 0.18 black and white have the same contrast
    for part in range(101):
        mixed = [round(value + (goal - value) * part / 100) for value in _channels(front)]
        colour = "#" + "".join(f"{value:02x}" for value in mixed)
        if ratio(colour, back) >= ENOUGH:
            return colour
    return colour


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    parts = [value / 255 for value in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
