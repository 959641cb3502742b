"""Merge tags where everybody reads, and within addresses: what leads somewhere must lead there for everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from topmind.catalog.addresses import chooses_host
from topmind.catalog.blocks import block_tree
from topmind.checks.documents import Document
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.errors import ContentError
from topmind.model import (
    Block,
    Button,
    Callout,
    Columns,
    Element,
    Level,
    MergeTag,
    Node,
    Problem,
    Prose,
    Text,
)

CHOOSES_HOST = Rule(
    id="merge-tags/chooses-host",
    level=Level.ERROR,
    finds="a merge tag where an address begins, so that a contact's value would choose where it leads",
    example="[site](https://{{ company }}.example/)",
    holds=True,
    sees=Sees.LINE,
)
NO_DEFAULT_IN_ADDRESS = Rule(
    id="merge-tags/no-default-in-address",
    level=Level.ERROR,
    finds="a merge tag without default in an address on a public page",
    example="[book](/book/?name={{ first_name }})",
    sees=Sees.LINE,
)
NO_DEFAULT_ON_PAGE = Rule(
    id="merge-tags/no-default-on-page",
    level=Level.WARNING,
    finds="a merge tag without default on a public page",
    example="Hello {{ first_name }},",
    sees=Sees.LINE,
)

HALF_CODE = Rule(
    id="merge-tags/half-code",
    level=Level.ERROR,
    finds="a merge tag between two back-ticks of different paragraphs, items or cells",
    holds=True,
    sees=Sees.LINE,
)
TO_STRANGERS = Rule(
    id="merge-tags/to-strangers",
    level=Level.WARNING,
    finds="a contact's value in an address of somebody else, who would learn it",
    example='[map](https://maps.example/?near={{ town | default: "here" }})',
    sees=Sees.LINE,
)


def hosts(facts: Facts) -> Iterator[Problem]:
    """No value of a contact chooses where a link leads."""
    for document in _with_tags(facts):
        every = frozenset(c.index for c in document.body.conditions) if document.body else frozenset()
        for tag in dict.fromkeys(t for href in _addresses(document, every) if (t := chooses_host(href))):
            yield CHOOSES_HOST.at(
                document.path,
                tag.line,
                says=f"{tag.source} stands where an address begins: a contact's value would choose where it leads.",
                fix="Write the address up to its first slash in full; a tag may follow.",
            )


def half_code(facts: Facts) -> Iterator[Problem]:
    """What looks like code and is none: a back-tick that is closed in another paragraph, item or cell."""
    for document in facts.documents:
        body = document.body
        if body is None or not ("{{" in body.text or "{%" in body.text):
            continue
        try:
            blocks = block_tree(body, frozenset(c.index for c in body.conditions))
        except ContentError as error:
            yield from (found for found in error.problems if found.rule == HALF_CODE.id)
            continue
        for tag in dict.fromkeys(_texts(blocks)):
            if tag not in body.tags:
                yield HALF_CODE.at(
                    document.path,
                    tag.line,
                    says=f"{tag.source} stands half in code.",
                    fix="A back-tick (`) opens code that is closed in another paragraph, item or cell: close it, or "
                    "take it out.",
                )


def strangers(facts: Facts) -> Iterator[Problem]:
    """What a contact's value in an address says, whoever runs that place learns and keeps in logs."""
    site = facts.catalog.company.site
    if not site and facts.catalog.company.path in facts.unread.heads:
        return
    for document in _with_tags(facts):
        every = frozenset(c.index for c in document.body.conditions) if document.body else frozenset()
        for href in dict.fromkeys(_addresses(document, every)):
            tag = next((tag for tag in _tags(href) if tag.field in facts.catalog.fields), None)
            if tag is None or chooses_host(href) or _is_ours(href, site):
                continue
            yield TO_STRANGERS.at(
                document.path,
                tag.line,
                says=f"{tag.source} stands in the address of another site: whoever runs it learns it, and keeps it.",
                fix="Take it out, or use a field that says nothing of a person, such as a code.",
            )


def _is_ours(href: Text, site: str) -> bool:
    """A path on the own site, or no page at all (a mail, a call)."""
    first = href[0] if isinstance(href[0], str) else ""
    return not first.lower().startswith(("http:", "https:", "//")) or bool(
        site and first.startswith(f"{site}/")
    )


def public(facts: Facts) -> Iterator[Problem]:
    """What everybody reads has a word in the place of each tag: a default. In an address it must."""
    for document in _with_tags(facts):
        if document.body is None or not document.public:
            continue
        shown = document.body.public()
        inside = {
            tag for href in _addresses(document, shown) for tag in _tags(href) if _is_open(tag, document)
        }
        for tag in sorted(inside, key=lambda tag: (tag.line, tag.source)):
            yield NO_DEFAULT_IN_ADDRESS.at(
                document.path,
                tag.line,
                says=f"{tag.source} stands in an address on a public page and has no default: the link would be broken.",
                fix=f'Write {{{{ {tag.field} | default: "…" }}}}.',
            )
        for tag in dict.fromkeys(_texts(_tree(document, shown))):
            if _is_open(tag, document) and tag not in inside:
                yield NO_DEFAULT_ON_PAGE.at(
                    document.path,
                    tag.line,
                    says=f"{tag.source} has no default: the public page shows nothing in its place.",
                    fix=f'Write {{{{ {tag.field} | default: "…" }}}}, or put the sentence into `/// for`.',
                )


def _with_tags(facts: Facts) -> Iterator[Document]:
    """Only these need their Markdown read."""
    return (d for d in facts.documents if d.body is not None and d.body.tags)


def _is_open(tag: MergeTag, document: Document) -> bool:
    """Whether a page has nothing to show for a tag."""
    if tag.default is not None or tag.field.endswith("_url"):  # no link of a person stands on a page
        return False
    return not tag.field.startswith(("company_", "sender_") if document.signed else "company_")


def _tree(document: Document, visible: frozenset[int]) -> tuple[Block, ...]:
    try:
        return block_tree(document.body, visible) if document.body else ()
    except ContentError:  # told by the loader
        return ()


def _addresses(document: Document, visible: frozenset[int]) -> Iterator[Text]:
    """Every address in a document that holds a tag."""
    found = _hrefs(_tree(document, visible))
    return (href for href in found if any(isinstance(part, MergeTag) for part in href))


def _hrefs(blocks: Iterable[Block]) -> Iterator[Text]:
    for block in blocks:
        match block:
            case Prose():
                for element in _elements(block.elements):
                    yield from (value for name, value in element.attrs if name in {"href", "src"})
            case Callout():
                yield from _hrefs(block.blocks)
            case Columns():
                yield from (href for column in block.columns for href in _hrefs(column))
            case Button():
                yield block.href


def _texts(blocks: Iterable[Block]) -> Iterator[MergeTag]:
    """Tags in words."""
    for block in blocks:
        match block:
            case Prose():
                yield from (node for node in block.elements if isinstance(node, MergeTag))
                for element in _elements(block.elements):
                    yield from (node for node in element.children if isinstance(node, MergeTag))
                    yield from (tag for name, value in element.attrs for tag in _tags(value) if name == "alt")
            case Callout():
                yield from _tags(block.title)
                yield from _texts(block.blocks)
            case Columns():
                yield from (tag for column in block.columns for tag in _texts(column))
            case Button():
                yield from _tags(block.label)


def _elements(nodes: Iterable[Node]) -> Iterator[Element]:
    for node in nodes:
        if isinstance(node, Element):
            yield node
            yield from _elements(node.children)


def _tags(text: Text) -> tuple[MergeTag, ...]:
    return tuple(part for part in text if isinstance(part, MergeTag))
