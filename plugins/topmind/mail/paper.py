"""Tasks on paper: letters and parcel slips, one sheet for each recipient, and lists to tick.

The same block tree as the mail, the same escaping by place; only the theme is another (`themes/letter/`). A callout in
a letter or parcel is a note for whoever sends it: it shows on the screen and is not printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from topmind.brand import Brand
from topmind.catalog.blocks import block_tree
from topmind.errors import MailError
from topmind.mail import cards
from topmind.mail.addresses import Addresses
from topmind.mail.compile import constants
from topmind.mail.merge import join
from topmind.mail.pieces import (
    ButtonPiece,
    CalloutPiece,
    CardPiece,
    ColumnsPiece,
    CouponPiece,
    Piece,
    ProsePiece,
    QuotePiece,
    VideoPiece,
)
from topmind.mail.places import Places
from topmind.mail.prose import ProseWriter
from topmind.mail.scripts import for_person
from topmind.mail.task_sheet import ANSWERS, TaskSheet, answers_on
from topmind.mail.task_words import task_words
from topmind.mail.view import signed_off
from topmind.mail.words import direction
from topmind.model import Catalog, Channel, Company, TeamMember, Text

_FOLDER = "themes/letter"
#: Countries whose paper is US Letter (CLDR 46, `paperSize`).
LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
#: Where things stand, from the edge of the sheet. A4: DIN 5008 form B, address field 45 mm from the top, 25 mm from the
#: left. Letter: what the window of a #10 envelope shows of a sheet folded in three, whichever way it has slid.
_SHEETS: Mapping[str, str] = {
    "A4": (
        "@page{size:A4;margin:20mm 0}:root{--sheet-width:210mm;--sheet-height:297mm;"
        "--margin:20mm 20mm 20mm 25mm;--top:20mm;--left:25mm;--right:20mm;--head-top:20mm;"
        "--address-top:45mm;--address-height:42mm;--address-rest:flex-start;--return:block;--words-top:76mm;"
        "--fold-shift:0mm}"
        "@media print{:root{--fold-shift:20mm}}"
    ),
    "Letter": (
        "@page{size:letter;margin:0.8in 0}:root{--sheet-width:8.5in;--sheet-height:11in;--margin:0.8in 1in;"
        "--top:0.8in;--left:1in;--right:1in;--head-top:0.8in;--address-top:2.4in;"
        "--address-height:0.87in;--address-rest:center;--return:none;--words-top:2.75in;--fold-shift:0in}"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One sheet, ready for the theme."""

    ref: str
    #: letter or parcel.
    kind: str
    words: Markup = field(repr=False)
    notes: tuple[Markup, ...] = ()
    signature: tuple[Markup, ...] = ()
    name: str = field(repr=False)
    postal: tuple[str, ...] = field(repr=False)


def paper_of(company: Company) -> str:
    """`Letter` or `A4`, by the company's country."""
    return "Letter" if company.dates.region in LETTER else "A4"


def letters(
    catalog: Catalog, brand: Brand, root: Path, sheets: Iterable[tuple[TaskSheet, TeamMember]], day: date
) -> str:
    """A page of HTML with one sheet for each recipient, signed by the member beside it.

    Raises MailError (theme, a step that cannot be shown).
    """
    made = [_letter(catalog, sheet, member) for sheet, member in sheets]
    return _render(catalog, brand, root, "letters.html", day, letters=made)


def call_list(
    catalog: Catalog,
    brand: Brand,
    root: Path,
    groups: Sequence[tuple[TeamMember, Sequence[TaskSheet]]],
    day: date,
) -> str:
    """A page of HTML with a list for each member of the team, each on a sheet of its own."""
    said, dates = task_words(catalog.company.language), catalog.company.dates

    def row(sheet: TaskSheet) -> dict[str, Any]:
        until = f"{dates.weekday(sheet.last_day)} {dates.month_day(sheet.last_day)}"
        return {
            "ref": sheet.ref,
            "name": sheet.name,
            "phone": sheet.phone,
            "postal": () if sheet.channel is Channel.CALL else sheet.postal,
            "channel": said[sheet.channel.value],
            "title": sheet.title,
            "notes": (*filter(None, [sheet.reason]), *sheet.notes),
            "late": sheet.overdue or sheet.last,
            "until": said["overdue"].format(day=until) if sheet.overdue else until,
            "answers": [said[ANSWERS[word]] for word in answers_on(sheet.channel)],
        }

    made = [{"name": member.name, "rows": [row(sheet) for sheet in mine]} for member, mine in groups]
    return _render(catalog, brand, root, "list.html", day, groups=made)


def _letter(catalog: Catalog, sheet: TaskSheet, member: TeamMember) -> Letter:
    paper = _Paper(catalog, sheet, member)
    script = for_person(sheet.script, "p")
    kept = signed_off(tuple(piece for piece in script if not isinstance(piece, CalloutPiece)))
    blocks = block_tree(member.signature, member.signature.public())
    signature = cards.signature(member, blocks, paper.addresses)
    return Letter(
        ref=sheet.ref,
        kind=sheet.channel.value,
        words=paper.write(kept),
        notes=tuple(paper.write(note.pieces) for note in _notes(script)) or _unwritten(catalog, sheet),
        signature=tuple(paper.inline(line) for line in signature.lines),
        name=sheet.name,
        postal=sheet.postal,
    )


def _notes(pieces: Iterable[Piece]) -> Iterator[CalloutPiece]:
    """The callouts: notes for whoever sends it, in columns too."""
    for piece in pieces:
        if isinstance(piece, CalloutPiece):
            yield piece
        elif isinstance(piece, ColumnsPiece):
            yield from _notes(inner for column in piece.columns for inner in column)


def _unwritten(catalog: Catalog, sheet: TaskSheet) -> tuple[Markup, ...]:
    """Of a sheet for which no file has words: why it is there, so that nobody posts an empty page."""
    if sheet.script:
        return ()
    said = task_words(catalog.company.language)["no_script"]
    return (Markup("<p>{}</p>").format(" ".join(filter(None, [sheet.reason, said]))),)


class _Paper:
    """Writes the pieces of one sheet as HTML: words, no buttons, addresses of links as they are."""

    def __init__(self, catalog: Catalog, sheet: TaskSheet, member: TeamMember) -> None:
        self.values = {f"p.{name}": value for name, value in sheet.values.items()}
        self.dates = catalog.company.dates
        self.places = Places(
            f"paper\x1f{sheet.ref}", constants=constants(catalog.company, member), name=sheet.title
        )
        self.addresses = Addresses(catalog.company.site.rstrip("/"))
        self._prose = ProseWriter(_Plain(), self.places, self.addresses, 600)

    def write(self, pieces: Iterable[Piece]) -> Markup:
        """Pieces in order, each a part of its own, merged."""
        return self._merged("".join(self._part(piece) for piece in pieces))

    def inline(self, line: tuple[Any, ...]) -> Markup:
        """Words inside a line, merged."""
        return self._merged(self._prose.inline(line))

    def _merged(self, html: str) -> Markup:
        clean = html.replace(' style=""', "")
        return Markup(join(self.places.split(clean), self.values, self.dates))  # noqa: S704 - escaped by place

    def _part(self, piece: Piece) -> str:
        html = self._piece(piece)
        return f'<div class="part {piece.kind}">{html}</div>' if html else ""

    def _piece(self, piece: Piece) -> str:
        match piece:
            case ProsePiece():
                return self._prose.write(piece.elements, shift=piece.shift)
            case ColumnsPiece():
                return "".join(self._part(inner) for column in piece.columns for inner in column)
            case CouponPiece():
                until = (" ", *piece.until, ".") if piece.until else ()
                return self._code(piece.code) + self._line((piece.note, *until))
            case QuotePiece():
                title = self._line((piece.title,), "strong") if piece.title else ""
                by = self._line((piece.by,)) if piece.by else ""
                return f"<blockquote>{title}{self._prose.write(piece.elements)}{by}</blockquote>"
            case CardPiece():
                return self._card(piece)
            case ButtonPiece():
                # nobody presses paper: what it said, and where it leads
                return self._line((*piece.label, ": ", *piece.href))
            case VideoPiece():
                return self._line((piece.label, ": ", *piece.href))
            case CalloutPiece():  # a note for whoever sends it: see `_notes`
                return ""

    def _card(self, card: CardPiece) -> str:
        """An item: its title, what it says, where there is more."""
        facts = tuple(f"{name}: {value}" if name else value for name, value in card.facts)
        words = (card.summary, card.offer, *facts)
        return "".join(
            [
                self._line((card.title,), "strong"),
                *(self._line((text,)) for text in words if text),
                self._code(card.code) if card.code else "",
                *(f'<div class="part">{self._inside(inner)}</div>' for inner in card.pieces),
                *(self._line((text,)) for text in (card.terms, card.href) if text),
            ]
        )

    def _inside(self, piece: Piece) -> str:
        """A piece of an item shown in full, where a callout is for its readers."""
        if not isinstance(piece, CalloutPiece):
            return self._piece(piece)
        title = self._line(piece.title, "strong") if piece.title else ""
        return title + "".join(self._inside(inner) for inner in piece.pieces)

    def _line(self, text: Text, tag: str = "") -> str:
        words = self.places.write(text, "text")
        return f"<p><{tag}>{words}</{tag}></p>" if tag else f"<p>{words}</p>"

    def _code(self, code: Text) -> str:
        return f'<p><span class="code">{self.places.write(code, "text")}</span></p>'


class _Plain(dict[str, str]):
    """No inline style for anything: the style sheet of the page has it."""

    def __missing__(self, key: str) -> str:
        return ""


def _render(catalog: Catalog, brand: Brand, root: Path, template: str, day: date, **more: Any) -> str:
    company = catalog.company
    said, paper = task_words(company.language), paper_of(company)
    folders = tuple(folder for folder in (root / _FOLDER, *_packaged()) if folder.is_dir())
    environment = _environment(folders)
    try:
        css = _SHEETS[paper] + _tokens(brand) + _source(environment, "print.css")
        return environment.get_template(template).render(
            language=company.language,
            direction=direction(company.language),
            title=f"{company.name}, {company.dates.day(day)}",
            css=Markup(css),  # noqa: S704 - the project's own style sheet
            said=said,
            company=company,
            brand=brand,
            paper=paper,
            day=company.dates.day(day),
            **more,
        )
    except TemplateError as error:
        raise MailError(f"{error.message}.", where=f"{_FOLDER}/{template}") from None


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _tokens(brand: Brand) -> str:
    """Paper is white: the light colours, and of them only those that print well."""
    kind, light = brand.type, brand.light
    return (
        f":root{{--body:{kind.body};--heading:{kind.heading};--mono:{kind.mono};--accent:{light.accent};"
        f"--line:{light.line}}}\n"
    )


@lru_cache(maxsize=4)
def _environment(folders: tuple[Path, ...]) -> Environment:
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _packaged() -> tuple[Path, ...]:
    """Where the sample's themes lie: in the wheel, else in the repository of an editable install."""
    package = Path(__file__).resolve().parents[1]
    return (package / "_sample" / _FOLDER, package.parents[1] / _FOLDER)
