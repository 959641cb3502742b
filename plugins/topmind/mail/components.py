"""What a mail theme may be built of: MJML components, what stands inside what, their attributes, and HTML.

mrml checks nothing: a misspelt component is printed as it stands, a text outside a column is laid out by chance.
So everything that is not in these tables is refused before the compiler sees it. Left out on purpose: `mj-font`
(no remote font), `mj-preview` (costs spam points; the themes write their own preheader), `mj-include` (reads
files), `mj-html-attributes` (fails in mrml), `mj-hero`, `mj-navbar`, `mj-social`, `mj-carousel`, `mj-accordion`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Component:
    """One MJML component."""

    #: Components allowed inside; empty where `content` says what may stand there.
    children: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    #: "html" = inline HTML, "text" = words only, "css" = a style sheet, "" = components only.
    content: str = ""


def names(text: str) -> frozenset[str]:
    """Names written with spaces between them."""
    return frozenset(text.split())


_PADDING = names("padding padding-top padding-right padding-bottom padding-left")
_BORDER = names("border border-top border-right border-bottom border-left border-radius")
_FONT = names("color font-family font-size font-style font-weight line-height letter-spacing")
_ANY = names("css-class mj-class")
_BLOCK = _ANY | _PADDING | names("align container-background-color")

_BAND = Component(
    children=names("mj-section mj-raw"),
    attributes=_ANY | _PADDING | _BORDER | names("background-color direction full-width text-align"),
)

#: Every component by name. Widths are px or %, as MJML's own reference has them.
COMPONENTS: dict[str, Component] = {
    "mjml": Component(children=names("mj-head mj-body"), attributes=names("lang dir")),
    "mj-head": Component(children=names("mj-title mj-attributes mj-style mj-raw mj-breakpoint")),
    "mj-title": Component(content="text"),
    "mj-breakpoint": Component(attributes=names("width")),
    "mj-style": Component(content="css"),
    "mj-body": Component(
        children=names("mj-wrapper mj-section mj-raw"),
        attributes=_ANY | names("background-color width"),
    ),
    "mj-wrapper": _BAND,
    "mj-section": Component(children=names("mj-column mj-group mj-raw"), attributes=_BAND.attributes),
    "mj-group": Component(
        children=names("mj-column"),
        attributes=_ANY | names("background-color direction vertical-align width"),
    ),
    "mj-column": Component(
        children=names("mj-text mj-button mj-image mj-divider mj-spacer mj-table mj-raw"),
        attributes=_ANY
        | _PADDING
        | _BORDER
        | names("background-color inner-background-color inner-border inner-border-radius")
        | names("direction vertical-align width"),
    ),
    "mj-text": Component(
        attributes=_BLOCK | _FONT | names("height text-decoration text-transform vertical-align"),
        content="html",
    ),
    "mj-button": Component(
        attributes=_BLOCK
        | _FONT
        | _BORDER
        | names("background-color height href inner-padding name rel target text-align text-decoration")
        | names("text-transform title vertical-align width"),
        content="html",
    ),
    "mj-image": Component(
        attributes=_BLOCK
        | _BORDER
        | names("alt fluid-on-mobile font-size height href max-height name rel src target title width"),
    ),
    "mj-divider": Component(attributes=_BLOCK | names("border-color border-style border-width width")),
    "mj-spacer": Component(attributes=_BLOCK | names("height")),
    "mj-table": Component(
        attributes=_BLOCK | _FONT | names("border cellpadding cellspacing role table-layout width"),
        content="html",
    ),
    "mj-raw": Component(content="html"),
}
#: Defaults: `<mj-text …/>`, `<mj-all …/>`, `<mj-class name="…" …/>` inside `mj-attributes`.
_DEFAULTS = frozenset().union(*(c.attributes for c in COMPONENTS.values()))
COMPONENTS["mj-attributes"] = Component(
    children=frozenset(COMPONENTS) - {"mjml", "mj-head"} | names("mj-all mj-class")
)
COMPONENTS["mj-all"] = Component(attributes=_DEFAULTS)
COMPONENTS["mj-class"] = Component(attributes=_DEFAULTS | {"name"})

#: HTML that mail programs show; nothing that runs, embeds, frames or asks.
HTML = names(
    "a abbr address b blockquote br caption center cite code col colgroup dd del div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark meta ol p pre q s samp small span strike strong sub sup table"
    " tbody td tfoot th thead time tr u ul var wbr"
)
#: Elements without an end tag.
VOID = names("br col hr img meta wbr")
#: Components that mrml knows and we refuse, with what to do instead.
REFUSED = {
    "mj-font": "Use a font stack of themes/brand.toml; no mail loads a remote font.",
    "mj-preview": "The themes write their own preheader (the macro `preheader`).",
    "mj-include": "Use {% import %} or {% include %}.",
    "mj-html-attributes": "Write the attribute on the tag itself.",
}
#: What a tag cannot do without, and what to do.
NEEDED = {
    "mjml": ("lang", 'Write lang="{{ mail.language }}": screen readers need it.'),
    "mj-class": ("name", 'Write name="…", as mj-class="…" calls it.'),
    "mj-image": ("alt", 'Say what it shows, or write alt="" where it only decorates.'),
    "img": ("alt", 'Say what it shows, or write alt="" where it only decorates.'),
}
