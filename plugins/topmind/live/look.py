"""The brand as CSS variables, and pages that load nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from topmind.brand import Brand, Palette


def css_variables(brand: Brand) -> str:
    """`:root{--page:#…}` for light, the same names for dark, type and spacing."""

    def colours(palette: Palette) -> str:
        return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in palette.model_dump().items())

    letters, space = brand.type, brand.space
    shared = (
        f"--body:{letters.body};--heading:{letters.heading};--mono:{letters.mono};"
        f"--size:{letters.size}px;--line-height:{letters.line};"
        f"--unit:{space.unit}px;--radius:{space.radius}px;--width:{space.width}px;"
    )
    return (
        f":root{{color-scheme:light dark;{shared}{colours(brand.light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{colours(brand.dark)}}}}}\n"
    )


def style_hash(css: str) -> str:
    """The source expression that lets exactly this inline style sheet through a Content-Security-Policy."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"'sha256-{digest}'"


@cache
def environment(folder: Path) -> jinja2.Environment:
    """Templates of a folder: everything escaped, an unknown name is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Pages:
    """Renders the templates of one folder with one style sheet, `page.css` of that folder."""

    def __init__(self, folder: Path, brand: Brand, **shared: Any) -> None:
        self._environment = environment(folder)
        #: What stands in <style>.
        self.css = css_variables(brand) + (folder / "page.css").read_text("utf-8")
        self._shared = {"css": self.css, "brand": brand, **shared}

    def render(self, template: str, **values: Any) -> str:
        """The page as HTML."""
        return self._environment.get_template(template).render(**self._shared, **values)
