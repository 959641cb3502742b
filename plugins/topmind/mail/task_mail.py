"""The mail that lists one representative's open tasks: who, how, what to say, and three words to answer with.

Names, phone numbers, notes and what scripts say of a person are places until the theme is compiled, as in every
other mail. It is a mail to a colleague: no unsubscribe link, no pixel, no list headers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path

from topmind.brand import Brand
from topmind.mail.addresses import Addresses
from topmind.mail.cards import footer
from topmind.mail.compile import compiled_hash, constants
from topmind.mail.merge import MAX_HTML, join
from topmind.mail.pieces import CalloutPiece, Piece, ProsePiece, View
from topmind.mail.places import Places
from topmind.mail.scripts import for_person
from topmind.mail.task_sheet import ANSWERS, TaskSheet, answers_on
from topmind.mail.task_words import task_words
from topmind.mail.text import TextWriter
from topmind.mail.theme import Themes
from topmind.mail.words import direction
from topmind.model import (
    Catalog,
    Channel,
    CompiledEdition,
    Edition,
    Element,
    Filter,
    MergeTag,
    Node,
    Occasion,
    SourceKind,
    TeamMember,
)

#: Most tasks in one mail; more are no day's work, and the list has them all.
MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMailText:
    """A compiled task mail and what fills it."""

    compiled: CompiledEdition
    values: Mapping[str, object] = field(repr=False)


def task_mail(
    catalog: Catalog, brand: Brand, root: Path, reader: TeamMember, sheets: Sequence[TaskSheet], day: date
) -> TaskMailText:
    """The mail of one reader on one day. Raises MailError (theme, a tag of a script without value and default)."""
    themes = Themes(root, brand)
    shown = min(len(sheets), MOST)
    with_script = shown
    while True:
        made = _compiled(_Writer(catalog, reader, sheets, day, shown, with_script), themes)
        if _size(made) < MAX_HTML or shown == 1:
            return made
        # first the words of the last ones go, then the last ones themselves: the list has them all
        shown, with_script = (shown, with_script // 2) if with_script else (max(1, shown * 3 // 4), 0)


def _size(made: TaskMailText) -> int:
    """Bytes of the merged HTML."""
    return len(join(made.compiled.html, made.values, made.compiled.dates).encode("utf-8", "replace"))


def _compiled(writer: _Writer, themes: Themes) -> TaskMailText:
    company = writer.catalog.company
    view = writer.view()
    edition = Edition(
        occasion=Occasion(
            kind=SourceKind.STEP,
            source="@tasks",
            step=None,
            occurrence=writer.day.isoformat(),
            channel=Channel.EMAIL,
            title=view.title,
            day=writer.day,
            at=time(0),
            grace=0,
        ),
        items=(),
        per_slot=(),
        visible=frozenset(),
        sender=writer.reader.id,
        language=company.language,
        contacts=(),
    )
    places = Places(
        f"tasks\x1f{writer.reader.id}\x1f{writer.day}",
        constants=constants(company, writer.reader),
        name="tasks",
    )
    addresses = Addresses(company.site.rstrip("/"))
    html = places.split(themes.html(view, places, addresses))
    text = places.split(TextWriter(places, addresses).write(view))
    compiled = CompiledEdition(
        edition=edition,
        subject=places.split(writer.subject()),
        preheader=(),
        html=html,
        text=text,
        sender_name=company.name,
        sender_address=company.email or writer.catalog.team[company.owner].email,
        reply_to=writer.catalog.team[company.owner].email,
        required=frozenset(),
        hash="",
        dates=company.dates,
    )
    return TaskMailText(compiled=replace(compiled, hash=compiled_hash(compiled)), values=writer.values)


class _Writer:
    """Builds the view of one task mail and gathers the values of its places."""

    def __init__(
        self,
        catalog: Catalog,
        reader: TeamMember,
        sheets: Sequence[TaskSheet],
        day: date,
        shown: int,
        with_script: int,
    ) -> None:
        self.catalog, self.reader, self.sheets, self.day = catalog, reader, sheets, day
        self.shown, self.with_script = shown, with_script
        self.said = task_words(catalog.company.language)
        self.dates = catalog.company.dates
        self.values: dict[str, object] = {}

    def subject(self) -> str:
        """Counts and the day; nobody's name."""
        late = sum(sheet.overdue for sheet in self.sheets)
        day = self.dates.weekday(self.day) + " " + self.dates.month_day(self.day)
        text = self._counted("subject", len(self.sheets)).format(count=len(self.sheets), day=day)
        return f"{text}: {self.said['overdue_in'].format(count=late)}" if late else text

    def view(self) -> View:
        """The whole mail for a theme."""
        company = self.catalog.company
        foot = footer(company, language=company.language, view="", public=True)
        return View(
            theme="letter",
            language=company.language,
            direction=direction(company.language),
            title=self.subject(),
            heading="",
            line="",
            preheader=(),
            pieces=tuple(self._pieces()),
            signature=None,
            footer=replace(foot, why=(self.said["why"].format(company=company.name),)),
            site=company.site.rstrip("/"),
            company=company.name,
        )

    def _pieces(self) -> Iterator[Piece]:
        yield ProsePiece(elements=tuple(self._intro()))
        for number, sheet in enumerate(self.sheets[: self.shown]):
            yield from self._task(f"t{number}", sheet, scripted=number < self.with_script)
        yield ProsePiece(elements=tuple(self._end(len(self.sheets) - self.shown)))

    def _intro(self) -> Iterator[Node]:
        first = self.reader.name.split()[0] if self.reader.name.split() else ""
        count, late = len(self.sheets), sum(sheet.overdue for sheet in self.sheets)
        words = [self.said["hello"].format(name=first), self._counted("open", count).format(count=count)]
        if late:
            words.append(self.said["overdue_one" if late == 1 else "overdue_many"].format(count=late))
        yield _p(" ".join(words))

    def _end(self, left: int) -> Iterator[Node]:
        yield Element("hr")
        if left:
            yield _p(self.said["more"].format(count=left, who=self.reader.id))
        if self.with_script < self.shown:
            yield _p(self.said["short"])
        linked = bool(self.sheets and self.sheets[0].answers)
        yield _p(self.said["how_links" if linked else "how_list"])

    def _task(self, prefix: str, sheet: TaskSheet, *, scripted: bool) -> Iterator[Piece]:
        yield ProsePiece(elements=tuple(self._head(prefix, sheet)))
        if scripted:
            title = self.said.get(f"script_{sheet.channel.value}", self.said["script"])
            script = for_person(sheet.script, prefix, shift=2, linked=bool(sheet.answers)) or (
                ProsePiece(elements=tuple(self._unscripted(prefix, sheet))),
            )
            self._fill(prefix, sheet)
            yield CalloutPiece(title=(title,), pieces=script)
        yield ProsePiece(elements=(self._answers(prefix, sheet),))

    def _unscripted(self, prefix: str, sheet: TaskSheet) -> Iterator[Node]:
        """What no file says: why it is time for them, and that nothing else is."""
        if sheet.reason:
            yield Element("p", children=(self._tag(f"{prefix}:reason", sheet.reason),))
        yield _p(self.said["no_script"])

    def _head(self, prefix: str, sheet: TaskSheet) -> Iterator[Node]:
        yield Element("hr")
        yield Element(
            "h2", children=(self._tag(f"{prefix}:name", sheet.name), f" – {self.said[sheet.channel.value]}")
        )
        yield Element("p", children=tuple(self._when(sheet)))
        yield self._reach(prefix, sheet)
        said = self.said["nothing_yet"]
        touches = [self._tag(f"{prefix}:touch{n}", text) for n, text in enumerate(sheet.touches)]
        yield _list(f"{self.said['last']}:", touches or [said])
        if sheet.notes:
            notes = [self._tag(f"{prefix}:note{n}", text) for n, text in enumerate(sheet.notes)]
            yield _list(f"{self.said['notes']}:", notes)

    def _when(self, sheet: TaskSheet) -> Iterator[Node]:
        day = f"{self.dates.weekday(sheet.last_day)} {self.dates.month_day(sheet.last_day)}"
        marks = [self.said["was"].format(name=sheet.was)] if sheet.was else []
        marks += [self.said["tried"]] if sheet.tried else []
        if sheet.overdue:
            yield Element("strong", children=(self.said["overdue"].format(day=day),))
        elif sheet.last:
            yield Element("strong", children=(self.said["today"],))
        else:
            yield self.said["until"].format(day=day)
        yield "".join(f"; {mark}" for mark in marks) + f" · {sheet.title}"

    def _reach(self, prefix: str, sheet: TaskSheet) -> Element:
        """The phone to press, or the address to write on."""
        if sheet.channel in {Channel.LETTER, Channel.PARCEL, Channel.VISIT}:
            lines: list[Node] = []
            for number, line in enumerate(sheet.postal):
                lines += [Element("br"), self._tag(f"{prefix}:line{number}", line)]
            address = lines[1:] or [self.said["no_address"]]
            if sheet.channel is not Channel.VISIT or not sheet.phone:
                return Element("p", children=tuple(address))
            return Element("p", children=(*address, Element("br"), self._phone(prefix, sheet)))
        if not sheet.phone:
            return Element("p", children=(Element("strong", children=(self.said["no_phone"],)),))
        return Element("p", children=(f"{self.said['phone']}: ", self._phone(prefix, sheet)))

    def _phone(self, prefix: str, sheet: TaskSheet) -> Element:
        digits = "".join(c for c in sheet.phone if c in "+0123456789")
        # a whole address is a place of its own kind: escaped for an attribute, never percent-encoded
        href = f"answer_url:{prefix}:tel"
        self.values[href] = f"tel:{digits}"
        return Element(
            "a", (("href", (MergeTag(field=href),)),), (self._tag(f"{prefix}:phone", sheet.phone),)
        )

    def _answers(self, prefix: str, sheet: TaskSheet) -> Element:
        number = Element("strong", children=(self.said["number"].format(ref=sheet.ref),))
        if not sheet.answers:
            return Element("p", children=(number,))
        parts: list[Node] = [self.said["outcome"], " "]
        for at, word in enumerate(answers_on(sheet.channel)):
            field_ = f"answer_url:{prefix}:task:{word}"
            self.values[field_] = sheet.answers[word]
            link = Element("a", (("href", (MergeTag(field=field_),)),), (self.said[ANSWERS[word]],))
            parts += ["  ·  " if at else "", Element("strong", children=(link,))]
        return Element("p", children=(*parts, Element("br"), number))

    def _fill(self, prefix: str, sheet: TaskSheet) -> None:
        """Values of the script's tags: what is missing says its default, or the mail is held."""
        for name, value in sheet.values.items():
            self.values[f"{prefix}.{name}"] = value
        for word, address in sheet.answers.items():
            self.values[f"answer_url:{prefix}:{word}"] = address

    def _tag(self, name: str, value: str) -> MergeTag:
        self.values[name] = value
        return MergeTag(field=name, filters=(Filter("default", ("–",)),))

    def _counted(self, word: str, count: int) -> str:
        return self.said[f"{word}_one" if count == 1 else word]


def _p(text: str) -> Element:
    return Element("p", children=(text,))


def _list(head: str, lines: Sequence[Node]) -> Element:
    parts: list[Node] = [head]
    for line in lines:
        parts += [Element("br"), "– ", line]
    return Element("p", children=tuple(parts))
