"""One edition as one persona sees it. Links of a person lead nowhere, and codes are samples: nothing is issued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from topmind import mail
from topmind.brand import Brand
from topmind.catalog.coupons import personal_codes
from topmind.errors import TopmindError
from topmind.mail.documents import full_bodies
from topmind.model import Catalog, CompiledEdition, Edition, SourceKind
from topmind.report.last_plan import file_of
from topmind.run.preview.nouns import Persona, SeenMail
from topmind.run.preview.tasks import task_seen

#: Where the links of a person lead in a preview (RFC 2606).
NOWHERE = "https://a-link-of-their-own.invalid/"


@dataclass(slots=True)
class Mailer:
    """Compiles editions of one catalog, each once."""

    catalog: Catalog
    brand: Brand
    root: Path
    #: Address of pages that a test reader may open; "" = links lead nowhere.
    live_url: str = ""
    _compiled: dict[str, CompiledEdition | TopmindError] = field(default_factory=dict)
    _renderer: mail.Renderer | None = None

    def compiled(self, edition: Edition) -> CompiledEdition:
        """The edition, ready to merge. Raises MailError."""
        found = self._compiled.get(edition.hash)
        if found is None:
            try:
                if self._renderer is None:
                    self._renderer = mail.Renderer(self.catalog, self.brand, self.root)
                found = self._renderer.compile(edition)
            except TopmindError as error:
                found = error
            self._compiled[edition.hash] = found
        if isinstance(found, TopmindError):
            raise found
        return found

    def mail(self, edition: Edition, persona: Persona) -> SeenMail:
        """The mail; with `trouble` where it cannot be made."""
        files = tuple(dict.fromkeys(files_of(self.catalog, edition)))
        try:
            if edition.occasion.channel.is_task:
                seen = task_seen(self.catalog, self.brand, self.root, edition, persona, persona.name)
                return replace(seen, files=files)
            compiled = self.compiled(edition)
            made = mail.render(compiled, self.values(compiled, persona))
        except TopmindError as error:
            return SeenMail(files=files, trouble=f"{error.says} {error.fix}".strip())
        return SeenMail(
            subject=made.subject,
            preheader=made.preheader,
            sender=f"{compiled.sender_name} <{compiled.sender_address}>",
            html=made.html,
            text=made.text,
            files=files,
        )

    def values(self, compiled: CompiledEdition, persona: Persona) -> Mapping[str, object]:
        """Everything that a merge may ask for."""
        found = dict(persona.values)
        codes = personal_codes(self.catalog)
        day = compiled.edition.occasion.day
        for name in mail.system_fields(compiled):
            kind, _, rest = name.partition(":")
            if name == "today":
                found[name] = day
            elif kind == "coupon":
                found[name] = f"{rest or 'CODE'}-SAMPLE"
            elif kind == "coupon_until":
                found[name] = codes[rest].last_day(day) if rest in codes else None
            elif name == "why":
                found[name] = None
            else:
                found[name] = self._page(kind)
        found.setdefault("unsubscribe_url", self._page("unsubscribe_url"))
        return found

    def _page(self, kind: str) -> str:
        letters = {"unsubscribe_url": "u", "preferences_url": "p", "answer_url": "a"}
        return f"{self.live_url}/{letters.get(kind, 'u')}/test" if self.live_url else NOWHERE


def files_of(catalog: Catalog, edition: Edition) -> Iterator[str]:
    """Every file whose words stand in an edition, the occasion's own first."""
    occasion = edition.occasion
    own = file_of(catalog, occasion.kind, occasion.source, occasion.step, occasion.day)
    if own:
        yield own
    if occasion.kind is SourceKind.ISSUE and occasion.source in catalog.newsletters:
        yield catalog.newsletters[occasion.source].path
    if occasion.kind is SourceKind.STEP and occasion.source in catalog.sequences:
        yield catalog.sequences[occasion.source].path
    names = list(edition.items)
    try:
        for body in full_bodies(catalog, occasion, edition.items):
            yield body.path
            names += [ref for ref, _ in body.refs]
    except TopmindError:
        pass
    yield from (catalog.items[name].path for name in names if name in catalog.items)
    if edition.sender in catalog.team:
        yield catalog.team[edition.sender].path
    yield catalog.company.path
