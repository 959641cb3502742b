"""One style sheet: the brand's tokens as custom properties, then the theme's rules."""

from __future__ import annotations

from html import escape

from topmind.brand import Brand, Palette


def tokens(brand: Brand) -> str:
    """Custom properties of both colour schemes, type and space."""
    space = brand.space
    fixed = {
        "font-body": brand.type.body,
        "font-heading": brand.type.heading,
        "font-mono": brand.type.mono,
        "size": f"{brand.type.size / 16:g}rem",
        "line-height": f"{brand.type.line:g}",
        "u": f"{space.unit / 16:g}rem",
        "radius": f"{space.radius}px",
        "measure": f"{space.width / 16:g}rem",
    }
    rest = "".join(f"  --{name}: {value};\n" for name, value in fixed.items())
    return (
        f":root {{\n  color-scheme: light dark;\n{_colours(brand.light)}{rest}}}\n"
        f"@media (prefers-color-scheme: dark) {{\n:root {{\n{_colours(brand.dark)}}}\n}}\n"
    )


def _colours(palette: Palette) -> str:
    return "".join(
        f"  --{name.replace('_', '-')}: {value};\n" for name, value in palette.model_dump().items()
    )


def icon(brand: Brand, name: str) -> str:
    """A small picture for the browser's tab: the first letter on the accent colour (SVG)."""
    letter = escape((brand.logo.text or name or "·")[0].upper())
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="7" fill="{brand.light.accent}"/>'
        f'<text x="16" y="23" text-anchor="middle" font-family="{escape(brand.type.heading)}" font-size="20" '
        f'font-weight="700" fill="{brand.light.on_accent}">{letter}</text></svg>\n'
    )
