"""Block tree → HTML of a page. Merge tags stand at their defaults; answer links never leave a mail."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from urllib.parse import quote, urljoin, urlsplit

from topmind.catalog.addresses import WHOLE, bare, file_of
from topmind.model import (
    Block,
    Button,
    Callout,
    Columns,
    Coupon,
    Element,
    Item,
    ItemRef,
    MergeTag,
    Node,
    Prose,
    SlotMark,
    TestimonialRef,
    Text,
    Video,
)

VOID = frozenset({"br", "col", "hr", "img", "wbr"})
#: Dropped with all they hold, should a body ever bring them this far.
REFUSED = frozenset({"script", "style", "iframe", "object", "embed", "form", "link", "meta", "base"})
#: The page's own title is its only first-level heading.
RENAMED = {"h1": "h2"}
_CONTACT = ("mailto:", "tel:")
OUTSIDE = frozenset({"http", "https", "mailto", "tel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What turning blocks into a page needs to know of the site."""

    #: Put before addresses that begin with "/": "", "..", "https://example.com".
    base: str = ""
    #: Public address of the site; links to it are our own.
    home: str = ""
    #: Source file (`content/tips/x.md`) → address of its page.
    urls: Mapping[str, str] = field(default_factory=dict)
    #: Addresses of items that have no page today: a link to one is shown as plain words.
    closed: frozenset[str] = frozenset()
    #: Items that may be shown inside others, by id.
    items: Mapping[str, Item] = field(default_factory=dict)
    #: Item id → its public summary.
    summaries: Mapping[str, str] = field(default_factory=dict)
    #: Item id → its public blocks.
    bodies: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    #: Built-in merge tags that mean the same for everybody (`company_name`).
    values: Mapping[str, str] = field(default_factory=dict)
    #: Codes of which everybody gets one of their own, by mail.
    personal: frozenset[str] = frozenset()
    #: File these blocks come from, for links to its neighbours.
    path: str = ""


def text(parts: Text, look: Look) -> str:
    """A text with its merge tags at what everybody sees; not escaped."""
    return "".join(part if isinstance(part, str) else tag_text(part, look) for part in parts)


def target(parts: Text, look: Look) -> str:
    """An address with its merge tags at what everybody sees, each percent-encoded unless it is all of a beginning."""
    return "".join(
        part
        if isinstance(part, str)
        else tag_text(part, look)
        if at == 0 and part.field in WHOLE
        else quote(tag_text(part, look), safe="@+" if str(parts[0]).lower().startswith(_CONTACT) else "")
        for at, part in enumerate(parts)
    )


def tag_text(tag: MergeTag, look: Look) -> str:
    """What a page shows for a merge tag: its default, else a value that is the same for all, else nothing."""
    from topmind.catalog import merge_tags

    if tag.default is not None:
        return merge_tags.apply(tag, None) or ""
    return look.values.get(tag.field, "")


def address(href: str, look: Look) -> str | None:
    """Where a link of a body leads on the site; None = show its words without a link."""
    href = bare(href)
    if look.home and (href == look.home or href.startswith(f"{look.home}/")):
        href = href[len(look.home) :] or "/"
    if href.startswith("#"):
        return href
    parts = urlsplit(href)
    if parts.scheme:
        return href if parts.scheme in OUTSIDE else None
    if not href or href.startswith("//"):
        return None
    path = parts.path
    file = file_of(href, look.path)
    if file is not None:
        known = look.urls.get(file)
        if not known:  # no such file, or one without a page
            return None
        path = known
    elif not path.startswith("/"):  # it leads on from the page it stands on
        path = "/" + urljoin(look.urls.get(look.path, "/"), path).lstrip("/")
    if path in look.closed or f"{path}/" in look.closed:
        return None
    query = f"?{parts.query}" if parts.query else ""
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    return f"{look.base}{path}{query}{anchor}"


def picture(src: str, look: Look) -> str:
    """Address of a picture: elsewhere, or a file below `content/images`."""
    src = bare(src)
    if urlsplit(src).scheme in {"http", "https"}:
        return src
    path = posixpath.normpath(src.lstrip("/"))
    while path.startswith("../"):
        path = path[3:]
    return f"{look.base}/{path}" if path.startswith("images/") else f"{look.base}/images/{path}"


def render(blocks: Iterable[Block], look: Look) -> str:
    """HTML of blocks; everything escaped, one line per block."""
    return "\n".join(part for part in (_block(block, look) for block in blocks) if part)


def _block(block: Block, look: Look) -> str:
    match block:
        case Prose(elements):
            html = "".join(_node(node, look) for node in elements)
        case Callout(title, blocks):
            words = text(title, look)
            head = f'<p class="callout-title">{escape(words)}</p>' if words else ""
            html = f'<div class="callout" role="note">{head}{render(blocks, look)}</div>'
        case Columns(columns):
            inner = "".join(f"<div>{render(column, look)}</div>" for column in columns)
            html = f'<div class="columns">{inner}</div>'
        case Button(label, href):
            html = _button(label, href, look)
        case Coupon(code) if code in look.personal:
            html = '<p class="coupon"><span>Your own code</span> <strong>comes by mail</strong></p>'
        case Coupon(code):
            html = f'<p class="coupon"><span>Your code</span> <strong>{escape(code)}</strong></p>'
        case Video(href):
            html = _video(href)
        case ItemRef(name):
            html = _card(name, look)
        case TestimonialRef(name):
            html = _quote(name, look)
        case SlotMark():
            html = ""
    return html


def _button(label: Text, href: Text, look: Look) -> str:
    where = address(target(href, look), look)
    if where is None:  # an answer, an unsubscribe link, an item without a page today
        return ""
    return f'<p><a class="button" href="{escape(where)}">{escape(text(label, look))}</a></p>'


def _video(href: str) -> str:
    host = urlsplit(href).hostname or ""
    if urlsplit(href).scheme not in {"http", "https"}:
        return ""
    place = host.removeprefix("www.")
    return (
        f'<p class="video"><a href="{escape(href)}">Watch the video <span>on {escape(place)}</span></a></p>'
    )


def _card(name: str, look: Look) -> str:
    item = look.items.get(name)
    if item is None:  # not public today: no trace of it
        return ""
    summary = look.summaries.get(item.id, "")
    words = f"<p>{escape(summary)}</p>" if summary else ""
    link = f'<a href="{escape(look.base + item.url)}">{escape(item.title)}</a>'
    return f'<div class="card" data-pagefind-ignore><p class="card-title">{link}</p>{words}</div>'


def _quote(name: str, look: Look) -> str:
    item = look.items.get(name)
    if item is None:
        return ""
    # One level deep: a testimonial shows no further items.
    inner = render(look.bodies.get(item.id, ()), replace(look, items={}, path=item.path))
    by = ", ".join(part for part in (item.person, item.company) if part)
    caption = f"<figcaption>{escape(by)}</figcaption>" if by else ""
    return f'<figure class="quote" data-pagefind-ignore><blockquote>{inner}</blockquote>{caption}</figure>'


def _node(node: Node, look: Look) -> str:
    if isinstance(node, str):
        return escape(node, quote=False)
    if isinstance(node, MergeTag):
        return escape(tag_text(node, look), quote=False)
    return _element(node, look)


def _element(element: Element, look: Look) -> str:
    tag = RENAMED.get(element.tag, element.tag)
    if tag in REFUSED:
        return ""
    inner = "".join(_node(child, look) for child in element.children)
    attrs = {
        name: target(value, look) if name in {"href", "src", "cite"} else text(value, look)
        for name, value in element.attrs
        if not name.startswith("on")
    }
    if tag == "a" and "href" in attrs:
        where = address(attrs["href"], look)
        if where is None:
            return inner
        attrs["href"] = where
    if tag == "img":
        attrs = {"loading": "lazy", "alt": "", **attrs, "src": picture(attrs.get("src", ""), look)}
    if tag == "pre":
        attrs["tabindex"] = "0"  # it scrolls sideways: reachable by keyboard
    written = "".join(f' {name}="{escape(value)}"' for name, value in attrs.items())
    if tag in VOID:
        return f"<{tag}{written}>"
    if tag == "table":
        return f'<div class="table" role="group" aria-label="Table" tabindex="0"><table{written}>{inner}</table></div>'
    return f"<{tag}{written}>{inner}</{tag}>"
