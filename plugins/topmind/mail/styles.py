"""Inline styles of prose, one line per tag, from the tokens of `themes/brand.toml`.

mrml does not inline style sheets and several mail programs drop them, so every tag carries its own style. Dark
mode is the theme's matter: its media query overrides these colours by class and tag.
"""

from __future__ import annotations

from collections.abc import Mapping

from topmind.brand import Brand

#: Body size of a mail in px; headings follow.
SIZE = 16


def prose_styles(brand: Brand, direction: str = "ltr") -> Mapping[str, str]:
    """Tag → style, for words that run `ltr` or `rtl`. Keys `code-block`, `image` and `last` are our own."""
    c, t = brand.light, brand.type
    start, end = ("left", "right") if direction == "ltr" else ("right", "left")
    heading = f"font-family:{t.heading};font-weight:600;color:{c.ink};"
    cell = f"padding:8px 0;padding-{end}:12px;border-bottom:1px solid {c.line};vertical-align:top;text-align:"
    return {
        "p": "margin:0 0 16px;",
        "h1": f"margin:0 0 12px;{heading}font-size:28px;line-height:1.25;",
        "h2": f"margin:28px 0 10px;{heading}font-size:22px;line-height:1.3;",
        "h3": f"margin:24px 0 8px;{heading}font-size:18px;line-height:1.35;",
        "h4": f"margin:20px 0 6px;{heading}font-size:16px;line-height:1.4;",
        "ul": f"margin:0 0 16px;padding:0;padding-{start}:22px;",
        "ol": f"margin:0 0 16px;padding:0;padding-{start}:24px;",
        "li": "margin:0 0 6px;",
        "dl": "margin:0 0 16px;",
        "dt": "margin:0;font-weight:600;",
        "dd": f"margin:0 0 8px;margin-{start}:20px;",
        "a": f"color:{c.accent};text-decoration:underline;",
        "blockquote": f"margin:0 0 16px;padding:2px 0;padding-{start}:16px;border-{start}:3px solid {c.accent};color:{c.muted};",
        "hr": f"margin:24px 0;border:0;border-top:1px solid {c.line};",
        "table": "margin:0 0 16px;width:100%;border-collapse:collapse;font-size:15px;line-height:1.45;word-break:normal;",
        "th": f"{cell}{start};font-weight:600;",
        "td": f"{cell}{start};",
        "caption": f"padding:0 0 6px;text-align:{start};color:{c.muted};",
        "code": f"font-family:{t.mono};font-size:14px;background-color:{c.soft};padding:1px 4px;",
        "kbd": f"font-family:{t.mono};font-size:14px;",
        "code-block": (
            f"margin:0 0 16px;padding:12px 14px;background-color:{c.soft};font-family:{t.mono};font-size:14px;"
            "line-height:1.5;white-space:pre-wrap;word-break:break-word;"
        ),
        "image": "display:block;width:100%;height:auto;border:0;border-radius:8px;",
        "figure": "margin:0 0 16px;",
        "figcaption": f"margin:6px 0 0;font-size:14px;color:{c.muted};",
        "details": "margin:0 0 16px;",
        "section": "margin:0 0 16px;",
        "summary": "margin:0 0 6px;font-weight:600;",
        "mark": f"background-color:{c.warm_soft};color:{c.ink};",
        "sup": "font-size:12px;line-height:1;",
        "sub": "font-size:12px;line-height:1;",
    }
