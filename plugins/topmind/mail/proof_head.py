"""What stands above an issue in its proof: when it goes, to whom, what is wrong with it, and how to hold it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topmind.mail.pieces import CalloutPiece, Piece, ProsePiece
from topmind.model import Element, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofHead:
    """Sentences and lines in the order of the mail; nothing of any contact."""

    #: When it goes; to how many, and what stands below.
    goes: str
    reach: str
    #: What is new in it since the proof before; "" = it is the first.
    changed: str = ""
    #: One line each: the editions, the largest first; whom it does not reach, by reason; findings.
    editions: Sequence[str] = ()
    missed: Sequence[str] = ()
    findings: Sequence[str] = ()
    #: The command and the file that hold it.
    command: str
    file: str
    #: The last sentence.
    end: str


def proof_head(head: ProofHead) -> tuple[Piece, ...]:
    """The box above everything else."""
    return (
        CalloutPiece(
            title=("Proof: only its senders have this yet",),
            pieces=(ProsePiece(elements=tuple(_elements(head))),),
        ),
    )


def _elements(head: ProofHead) -> Iterator[Node]:
    yield _p(Element("strong", children=(head.goes,)))
    if head.changed:
        yield _p(Element("strong", children=(head.changed,)))
    yield _p(head.reach)
    yield from _list("Editions, the largest first:", head.editions)
    yield from _list("It is for these people too, and does not reach them:", head.missed)
    if head.findings:
        yield from _list("topmind check says:", head.findings)
    else:
        yield _p("topmind check finds nothing wrong in its files.")
    hold = ("To hold it, run ", Element("code", children=(head.command,)), " or write ")
    yield _p(*hold, Element("code", children=("hold: yes",)), f" into {head.file}.")
    yield _p(head.end)


def _p(*children: Node) -> Element:
    return Element("p", children=children)


def _list(title: str, lines: Sequence[str]) -> Iterator[Node]:
    if lines:
        nodes = [node for line in lines for node in (Element("br"), f"– {line}")]
        yield _p(title, *nodes)
