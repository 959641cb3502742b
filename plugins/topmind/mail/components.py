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


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PADDING = _words("padding padding-top padding-right padding-bottom padding-left")
_BORDER = _words("border border-top border-right border-bottom border-left border-radius")
_FONT = _words("color font-family font-size font-style font-weight line-height letter-spacing")
_ANY = _words("css-class mj-class")
_BLOCK = _ANY | _PADDING | _words("align container-background-color")

_BAND = Component(
    children=_words("mj-section mj-raw"),
    attributes=_ANY | _PADDING | _BORDER | _words("background-color direction full-width text-align"),
)

#: Every component by name. Widths are px or %, as MJML's own reference has them.
COMPONENTS: dict[str, Component] = {
    "mjml": Component(children=_words("mj-head mj-body"), attributes=_words("lang dir")),
    "mj-head": Component(children=_words("mj-title mj-attributes mj-style mj-raw mj-breakpoint")),
    "mj-title": Component(content="text"),
    "mj-breakpoint": Component(attributes=_words("width")),
    "mj-style": Component(content="css"),
    "mj-body": Component(
        children=_words("mj-wrapper mj-section mj-raw"),
        attributes=_ANY | _words("background-color width"),
    ),
    "mj-wrapper": _BAND,
    "mj-section": Component(children=_words("mj-column mj-group mj-raw"), attributes=_BAND.attributes),
    "mj-group": Component(
        children=_words("mj-column"),
        attributes=_ANY | _words("background-color direction vertical-align width"),
    ),
    "mj-column": Component(
        children=_words("mj-text mj-button mj-image mj-divider mj-spacer mj-table mj-raw"),
        attributes=_ANY
        | _PADDING
        | _BORDER
        | _words("background-color inner-background-color inner-border inner-border-radius")
        | _words("direction vertical-align width"),
    ),
    "mj-text": Component(
        attributes=_BLOCK | _FONT | _words("height text-decoration text-transform vertical-align"),
        content="html",
    ),
    "mj-button": Component(
        attributes=_BLOCK
        | _FONT
        | _BORDER
        | _words("background-color height href inner-padding name rel target text-align text-decoration")
        | _words("text-transform title vertical-align width"),
        content="html",
    ),
    "mj-image": Component(
        attributes=_BLOCK
        | _BORDER
        | _words("alt fluid-on-mobile font-size height href max-height name rel src target title width"),
    ),
    "mj-divider": Component(attributes=_BLOCK | _words("border-color border-style border-width width")),
    "mj-spacer": Component(attributes=_BLOCK | _words("height")),
    "mj-table": Component(
        attributes=_BLOCK | _FONT | _words("border cellpadding cellspacing role table-layout width"),
        content="html",
    ),
    "mj-raw": Component(content="html"),
}
#: Defaults: `<mj-text …/>`, `<mj-all …/>`, `<mj-class name="…" …/>` inside `mj-attributes`.
_DEFAULTS = frozenset().union(*(c.attributes for c in COMPONENTS.values()))
COMPONENTS["mj-attributes"] = Component(
    children=frozenset(COMPONENTS) - {"mjml", "mj-head"} | _words("mj-all mj-class")
)
COMPONENTS["mj-all"] = Component(attributes=_DEFAULTS)
COMPONENTS["mj-class"] = Component(attributes=_DEFAULTS | {"name"})

#: HTML that mail programs show; nothing that runs, embeds, frames or asks.
HTML = _words(
    "a abbr address b blockquote br caption center cite code col colgroup dd del div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark meta ol p pre q s samp small span strike strong sub sup table"
    " tbody td tfoot th thead time tr u ul var wbr"
)
#: Elements without an end tag.
VOID = _words("br col hr img meta wbr")
#: Components that mrml knows and we refuse, with what to do instead.
REFUSED = {
    "mj-font": "Use a font stack of themes/brand.toml; no mail loads a remote font.",
    "mj-preview": "The themes write their own preheader (the macro `preheader`).",
    "mj-include": "Use {% import %} or {% include %}.",
    "mj-html-attributes": "Write the attribute on the tag itself.",
}
