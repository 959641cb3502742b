"""Copies of a mail as it looks elsewhere: light, dark, without pictures; for frames that run nothing.

A copy decides by itself what `prefers-color-scheme` would ask the reader's machine, so that both can be seen on any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: What may stand in a frame's page: styles and pictures, nothing that runs. `{pictures}` is filled in.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}"
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_LIGHT = re.compile(r"\(\s*prefers-color-scheme\s*:\s*light\s*\)", re.IGNORECASE)
_SCHEME = re.compile(r"(supported-color-schemes|color-scheme)\s*:\s*light dark", re.IGNORECASE)
_META = re.compile(r"""(name=["'](?:supported-)?color-schemes?["']\s+content=["'])[^"']*""", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\salt=(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SIZE = re.compile(r"""\swidth=["']?(\d+)""", re.IGNORECASE)
_BACKGROUND = re.compile(r"url\([^)]*\)", re.IGNORECASE)
#: Media conditions that always and never hold, also behind an `and`.
_ALWAYS, _NEVER = "(min-width:0px)", "(max-width:0px)"
#: What an app without a dark version of its own makes of a mail: everything turned round, pictures turned back.
#: An approximation: the apps of Gmail and Outlook choose colour by colour.
_INVERSION = (
    "<style>html:target{filter:invert(1) hue-rotate(180deg);background:#fff}"
    "html:target img{filter:invert(1) hue-rotate(180deg)}</style>"
)
#: The fragment of the light copy that shows it turned round.
INVERTED = "inverted"


def light(html: str) -> str:
    """Where the reader's machine is light, or the mail program knows no other; `#inverted` turns it round."""
    html = _scheme(html, "light", dark=_NEVER, bright=_ALWAYS)
    html = re.sub(r"<html\b", f'<html id="{INVERTED}"', html, count=1)
    return _in_head(html, _INVERSION)


def dark(html: str) -> str:
    """Where the mail's own dark version holds."""
    return _scheme(html, "dark", dark=_ALWAYS, bright=_NEVER)


def without_pictures(html: str) -> str:
    """As most mail programs show a stranger's mail first: the words in place of each picture."""
    return _BACKGROUND.sub("none", _IMAGE.sub(_in_words, light(html)))


def _scheme(html: str, name: str, *, dark: str, bright: str) -> str:
    html = _LIGHT.sub(bright, _DARK.sub(dark, html))
    html = _SCHEME.sub(rf"\1: {name}", html)
    return _META.sub(rf"\g<1>{name}", html)


def _in_words(match: re.Match[str]) -> str:
    said = _ALT.search(match[0])
    words = (said[1] or said[2] or "") if said else ""
    if not words:
        return ""
    wide = _SIZE.search(match[0])
    width = f"max-width:{wide[1]}px;" if wide else ""
    return (
        f'<span style="display:block;{width}box-sizing:border-box;padding:12px;border:1px solid #767676;color:inherit">'
        f"{words}</span>"
    )


def framed(html: str, *, own: tuple[str, ...], pictures: Mapping[str, str] | str, policy: str = "") -> str:
    """For a frame: links open beside it, and addresses that begin with one of `own` lead to `pictures` (a beginning
    for all, or address → address). With `policy` the page carries it itself."""
    if own:
        start = re.compile(rf"""((src|href)=["'])(?:{"|".join(own)})(/[^"']*)""")
        html = start.sub(lambda m: m[1] + _moved(m[3], pictures, "#" if m[2] == "href" else "data:,"), html)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    return _in_head(html, meta + '<base target="_blank">')


def _moved(path: str, pictures: Mapping[str, str] | str, nowhere: str) -> str:
    return pictures + path if isinstance(pictures, str) else pictures.get(path, nowhere)


def _in_head(html: str, more: str) -> str:
    return re.sub(r"(<head[^>]*>)", lambda m: m[1] + more, html, count=1)
