"""The mail themes: Jinja2 over `themes/email/*.mjml`, driven by the brand's tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from jinja2 import (
    Environment,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from markupsafe import Markup

from topmind.brand import Brand
from topmind.errors import MailError
from topmind.mail import guard
from topmind.mail.addresses import Addresses
from topmind.mail.origins import MARKS, Marking, Origins
from topmind.mail.pieces import CalloutPiece, CardPiece, ColumnsPiece, Piece, ProsePiece, QuotePiece, View
from topmind.mail.places import Places
from topmind.mail.prose import ProseWriter
from topmind.mail.styles import prose_styles
from topmind.mail.words import words
from topmind.model import Node, Text

_FOLDER = "themes/email"
#: Of the sheet, left and right of its words, px.
_MARGINS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One section of a mail: a run of pieces ("flow"), a box, columns, a card, or a full item's head or tail,
    a line."""

    kind: str
    pieces: tuple[Piece, ...] = ()
    piece: Piece | None = None


def bands(pieces: tuple[Piece, ...]) -> tuple[Band, ...]:
    """Pieces grouped into sections: a section costs 1.3 KB, so runs of words share one."""
    return tuple(_bands(pieces))


def _bands(pieces: tuple[Piece, ...]) -> Iterator[Band]:
    run: list[Piece] = []
    for at, piece in enumerate(pieces):
        if not isinstance(piece, CalloutPiece | ColumnsPiece | CardPiece):
            run.append(_joined(run, piece))
            continue
        if run:
            yield Band(kind="flow", pieces=tuple(run))
            run = []
        if isinstance(piece, CardPiece) and (piece.pieces or piece.alone):
            yield from _whole(piece, more=at + 1 < len(pieces))
        else:
            yield Band(kind=piece.kind, piece=piece)
    if run:
        yield Band(kind="flow", pieces=tuple(run))


def _whole(card: CardPiece, *, more: bool) -> Iterator[Band]:
    """An item shown in full: its head, its pieces, its small print and link, a line where more follows."""
    yield Band(kind="head", piece=card)
    yield from _bands(card.pieces)
    if card.pieces and (card.terms or card.href or card.link):
        yield Band(kind="tail", piece=card)
    if card.pieces and more:
        yield Band(kind="rule")


def _joined(run: list[Piece], piece: Piece) -> Piece:
    """Prose right after prose becomes one text block."""
    if run and isinstance(piece, ProsePiece) and isinstance(run[-1], ProsePiece):
        before = run[-1]
        if before.shift == piece.shift:
            run.pop()
            return ProsePiece(elements=before.elements + piece.elements, shift=piece.shift)
    return piece


class Html:
    """What a theme calls to write values: each escaped for its place, tags as inert marks."""

    def __init__(self, prose: ProseWriter) -> None:
        self._prose = prose

    def prose(self, piece: ProsePiece | QuotePiece, room: int = 0) -> Markup:
        """A run of words as inline-styled HTML; `room`: px that a picture may take, 0 = the whole column."""
        shift = piece.shift if isinstance(piece, ProsePiece) else 0
        prose = replace(self._prose, width=room) if room else self._prose
        return Markup(prose.write(piece.elements, shift=shift))  # noqa: S704 - escaped node by node

    def text(self, text: Text) -> Markup:
        """A text between tags."""
        return Markup(self._prose.places.write(text, "text"))  # noqa: S704 - escaped part by part

    def inline(self, nodes: tuple[Node, ...]) -> Markup:
        """Nodes inside a line."""
        return Markup(self._prose.inline(nodes))  # noqa: S704 - escaped node by node

    def href(self, text: Text) -> Markup:
        """An address inside an attribute."""
        return Markup(self._prose.href(text))  # noqa: S704 - escaped part by part


class Themes:
    """The themes of one project; those of the packaged sample stand in for files it does not have."""

    def __init__(self, root: Path, brand: Brand) -> None:
        self._brand = brand
        self._styles = {way: prose_styles(brand, way) for way in ("ltr", "rtl")}
        self._files = _files((root / _FOLDER, *_packaged()))
        self._texts = {name: text.decode(errors="replace") for name, text in self._files}

    def html(self, view: View, places: Places, addresses: Addresses) -> str:
        """The HTML of a view with inert marks. Raises MailError with the theme's file and line."""
        brand = self._brand
        path = f"{_FOLDER}/{view.theme}.mjml"
        width = brand.space.mail_width - _MARGINS
        html = Html(ProseWriter(self._styles[view.direction], places, addresses, width))
        shown = {
            "mail": view,
            "bands": bands(view.pieces),
            "html": html,
            "brand": brand,
            "c": brand.light,
            "d": brand.dark,
            "t": brand.type,
            "s": brand.space,
            "words": words(view.language),
            "start": "right" if view.direction == "rtl" else "left",
            "end": "left" if view.direction == "rtl" else "right",
        }
        mjml = self._rendered(view.theme, shown)
        try:
            return guard.to_html(mjml, path)
        except MailError:  # said again, with the places of the theme
            marked = self._rendered(view.theme, shown, marked=True)
            origins = Origins(guard.sane(marked, keep=MARKS), _FOLDER, self._texts, f"{view.theme}.mjml")
            return guard.to_html(origins.mjml, path, origins)

    def _rendered(self, theme: str, shown: dict[str, object], *, marked: bool = False) -> str:
        """The MJML. Raises MailError with the theme's file and line."""
        try:
            return _environment(self._files, marked=marked).get_template(f"{theme}.mjml").render(shown)
        except TemplateNotFound as error:
            if error.name != f"{theme}.mjml":
                raise self._wrong(error, *(_frame(error) or (f"{theme}.mjml", 1))) from None
            raise MailError(
                f"there is no mail theme {error.name}.",
                where=f"{_FOLDER}/{theme}.mjml",
                fix="Use newsletter or letter, or write the file.",
            ) from None
        except TemplateSyntaxError as error:
            raise self._wrong(error, error.name or f"{theme}.mjml", error.lineno) from None
        except Exception as error:  # noqa: BLE001 - a theme may divide by zero, call nothing, call itself
            raise self._wrong(error, *(_frame(error) or (f"{theme}.mjml", 1))) from None

    def _wrong(self, error: Exception, name: str, line: int) -> MailError:
        """What Jinja says, with the line; it knows no column, so the first tag of the line stands for it."""
        says = str(error.message) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
        if isinstance(error, TemplateNotFound):
            says = f"there is no file {error.name}"
        lines = self._texts.get(name, "").split("\n")
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        column = max(text.find("{"), 0) + 1
        return MailError(f"{says}.\n      {text.strip()[:160]}", where=f"{_FOLDER}/{name}:{line}:{column}")


@lru_cache(maxsize=8)
def _environment(files: tuple[tuple[str, bytes], ...], *, marked: bool = False) -> Environment:
    """Compiling the themes costs 100 ms: once per process for the same files, wherever they lie."""
    texts = dict(files)

    def read(name: str) -> tuple[str, str, None] | None:
        if name not in texts:
            return None
        try:
            return texts[name].decode(), name, None
        except UnicodeDecodeError as error:
            line = texts[name].count(b"\n", 0, error.start) + 1
            raise TemplateSyntaxError("this line is no UTF-8", line, name) from None

    return Environment(
        loader=FunctionLoader(read),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[Marking] if marked else [],
    )


def _files(folders: Sequence[Path]) -> tuple[tuple[str, bytes], ...]:
    """Name in its folder → what it says; of one name the first folder's."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for file in folder.rglob("*"):
            name = file.relative_to(folder).as_posix()
            if name not in found and file.is_file():
                found[name] = file.read_bytes()
    return tuple(sorted(found.items()))


def _frame(error: Exception) -> tuple[str, int] | None:
    """File and line of the theme in which an error rose."""
    place, trace = None, error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(".mjml"):
            place = (Path(name).name, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _packaged() -> tuple[Path, ...]:
    """Where the sample's themes lie: in the wheel, else in the repository of an editable install."""
    package = Path(__file__).resolve().parents[1]
    return (package / "_sample" / _FOLDER, package.parents[1] / _FOLDER)
