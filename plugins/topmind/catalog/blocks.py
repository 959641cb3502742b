"""From a scanned body to the block tree that one group of readers sees.

What a reader may not see is cut *before* Markdown runs: footnotes, reference links, heading ids, tables of
contents and summaries are side doors through which cut text would come back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from topmind.catalog import merge_tags, scanner
from topmind.catalog.html import Piece, convert, holds_braces, pieces
from topmind.catalog.scanner import Container, Part, Single, Words
from topmind.errors import ContentError
from topmind.model import (
    Block,
    Body,
    Button,
    Callout,
    Columns,
    Coupon,
    ItemRef,
    Level,
    MergeTag,
    Node,
    Problem,
    Prose,
    SlotMark,
    TestimonialRef,
    Text,
    Video,
)

#: A step of the flattened document: text, a one-line block, or the edge of a container ("open", "next", "close").
_Flat = Words | Single | tuple[str, Container]


def block_tree(body: Body, visible: frozenset[int]) -> tuple[Block, ...]:
    """The blocks that readers see for whom exactly the conditions `visible` hold (`Body.visible`, `Body.public`).

    Raises ContentError where a fence or merge tag of the body is wrong: nothing of such a document is shown.
    """
    return _tree(body.path, body.line, body.text, visible & {c.index for c in body.conditions})


@lru_cache(maxsize=4096)
def _tree(path: str, line: int, text: str, visible: frozenset[int]) -> tuple[Block, ...]:
    scan = scanner.scan(text, path, line)
    if scan.problems:
        raise ContentError(scan.problems)
    flat = list(_flatten(scan.parts, visible))
    mark = merge_tags.nonce(text)
    tags: dict[str, MergeTag] = {}
    sources: list[str] = []
    for number, step in enumerate(flat):
        sources.append(_lift(step, mark, tags) if isinstance(step, Words) else f"\n\n{mark}b{number}x\n\n")
    html = convert("\n".join(sources))
    found = pieces(html, mark, tags)
    if [p for p in found if isinstance(p, int)] != [
        n for n, s in enumerate(flat) if not isinstance(s, Words)
    ]:
        # Raw HTML swallowed a block's place (a comment, a script): convert each stretch of text by itself.
        found = _one_by_one(flat, sources, mark, tags)
    if any(holds_braces(piece) for piece in found if not isinstance(piece, int)):
        raise ContentError([_half_code(path, line, text)])
    return _fold(flat, found)


def _half_code(path: str, line: int, text: str) -> Problem:
    """Where Markdown sees no code, although the back-ticks of the text look like it."""
    number = line + text.count("\n", 0, max(0, min(text.find("{{") % len(text), text.find("{%") % len(text))))
    return Problem(
        rule="merge-tags/half-code",
        level=Level.ERROR,
        path=path,
        line=number,
        says="braces stand half in code: readers would see them as they are.",
        fix="A back-tick (`) opens code that is closed in another paragraph, item or cell: close it, or take it out.",
    )


def _flatten(parts: Iterable[Part], visible: frozenset[int]) -> Iterable[_Flat]:
    """The document in order without what these readers may not see; conditions leave no trace."""
    for part in parts:
        if not isinstance(part, Container):
            yield part
            continue
        shown = [b for b in part.branches if b.condition is None or b.condition in visible]
        if part.word in {"for", "not for"}:
            for branch in shown:
                yield from _flatten(branch.parts, visible)
            continue
        inner = [found for b in shown if (found := list(_flatten(b.parts, visible))) or not b.parts]
        if part.word == "columns":
            inner = [found for found in inner if found]
        if not inner:
            continue  # all that it holds is meant for others: no empty box
        yield ("open", part)
        for number, found in enumerate(inner):
            if number:
                yield ("next", part)
            yield from found
        yield ("close", part)


def _lift(words: Words, mark: str, tags: dict[str, MergeTag]) -> str:
    """Ordinary text with a sentinel in place of each merge tag; what was code after all gets its words back."""
    found, _ = merge_tags.find(words.text, "", words.line, code=True)
    parts: list[str] = []
    at = 0
    for one in found:
        sentinel = f"{mark}t{len(tags)}x"
        tags[sentinel] = one.tag
        parts += [words.text[at : one.start], sentinel]
        at = one.end
    return "".join([*parts, words.text[at:]])


def _one_by_one(flat: list[_Flat], sources: list[str], mark: str, tags: dict[str, MergeTag]) -> list[Piece]:
    found: list[Piece] = []
    for number, step in enumerate(flat):
        if isinstance(step, Words):
            found += [p for p in pieces(convert(sources[number]), mark, tags) if not isinstance(p, int)]
        else:
            found.append(number)
    return found


def _fold(flat: list[_Flat], found: list[Piece]) -> tuple[Block, ...]:
    """Pieces of prose and places of blocks, folded into the tree."""
    stack: list[list[list[Block]]] = [[[]]]
    run: list[Node] = []

    def end_run() -> None:
        while run and isinstance(run[-1], str) and not run[-1].strip():
            run.pop()
        if run:
            stack[-1][-1].append(Prose(tuple(run)))
            run.clear()

    for piece in found:
        if not isinstance(piece, int):
            if run or not isinstance(piece, str) or piece.strip():
                run.append(piece)
            continue
        end_run()
        step = flat[piece]
        if isinstance(step, Single):
            stack[-1][-1].append(_single(step))
        elif isinstance(step, tuple):
            word, container = step
            if word == "open":
                stack.append([[]])
            elif word == "next":
                stack[-1].append([])
            else:
                stack[-2][-1].append(_container(container, stack.pop()))
    end_run()
    return tuple(stack[0][0])


def _container(container: Container, branches: list[list[Block]]) -> Block:
    if container.word == "columns":
        return Columns(tuple(tuple(branch) for branch in branches))
    return Callout(container.title, tuple(branches[0]))


def _single(step: Single) -> Block:
    make: dict[str, Callable[[], Block]] = {
        "slot": lambda: SlotMark(int(step.value)),
        "button": lambda: Button(step.label, step.href),
        "coupon": lambda: Coupon(step.value),
        "testimonial": lambda: TestimonialRef(step.value),
        "item": lambda: ItemRef(step.value),
        "video": lambda: Video(step.value),
    }
    return make[step.word]()


def as_written(tag: MergeTag) -> str:
    """What a page shows for a tag: its default, else nothing."""
    return merge_tags.apply(tag, None)


def text_of(text: Text, tag: Callable[[MergeTag], str] = as_written) -> str:
    """A text with its places filled."""
    return "".join(part if isinstance(part, str) else tag(part) for part in text)


_SPACES = re.compile(r"\s+")


def one_line(text: str) -> str:
    """Text with all white space as single spaces."""
    return _SPACES.sub(" ", text).strip()
