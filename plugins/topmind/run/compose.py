"""Steps 5 and 6: due and waiting touches → editions → compiled once, the merge of every recipient tried dry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from topmind import mail
from topmind.errors import MailError
from topmind.ledger import Row
from topmind.links import KeyRing, Links
from topmind.model import (
    Catalog,
    Channel,
    Company,
    CompiledEdition,
    Edition,
    Level,
    LinkContext,
    Members,
    Occasion,
    Plan,
    PlannedTouch,
    Problem,
    Purpose,
    Reason,
    SourceKind,
    TouchKey,
)
from topmind.planning import senders
from topmind.planning.rest_days import blackout_days
from topmind.run.coupons import Codes
from topmind.run.decide import Decided
from topmind.run.proof_phrases import dated_file, parts_in_words
from topmind.run.waiting import waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Editions ready to merge, and what is held because they are not."""

    #: Edition hash → compiled.
    compiled: Mapping[str, CompiledEdition]
    #: Touch → edition hash, of every touch that may go.
    edition_of: Mapping[TouchKey, str]
    #: What stops an edition, naming fields and files, never a person.
    problems: tuple[Problem, ...] = ()
    #: Touches of editions that are held.
    held: int = 0
    #: Rows waiting in the ledger whose content is gone: skipped with a reason.
    gone: tuple[tuple[TouchKey, Reason], ...] = ()
    editions: tuple[Edition, ...] = field(default=())
    #: Touches frozen by earlier runs that may still go.
    waiting: tuple[PlannedTouch, ...] = ()
    #: What the indexes of `waiting` and of the plan's own touches mean.
    occasions: tuple[Occasion, ...] = ()


def compose(
    decided: Decided,
    rows: Sequence[Row],
    renderer: mail.Renderer,
    published: Collection[str] | None = None,
    wrong: Callable[[Collection[str]], Mapping[str, Problem]] = lambda _files: {},
    unseen: Callable[[Edition], tuple[str, ...]] = lambda _edition: (),
) -> Composed:
    """Compile every edition that is due or waits in the ledger, and try each merge dry.

    `published`: addresses of the built site; an edition that links to a page which is not there is held. None =
    not known, and not looked at here. `wrong`: of these files, file → what the linter finds in it that no
    reader may get; an edition made from such a file is held. It is asked only where something is due. `unseen`: parts
    of an edition that its proof did not show as they are; one that has such is held.
    """
    found = waiting(decided, rows)
    fresh = [t for t in decided.plan.due if not decided.plan.occasions[t.occasion].channel.is_task]
    # a day may have become one of rest, an occasion may be held or have moved: what is frozen stays, and waits
    rest = not _ordinary_day(decided)
    may_go = [t for t in found.touches if not rest and not _waits(decided, found.occasions[t.occasion])]
    plan: Plan = replace(decided.plan, due=(*may_go, *fresh), occasions=found.occasions)
    editions = mail.group(plan, decided.members, decided.project.catalog, senders.sender_for)
    compiled: dict[str, CompiledEdition] = {}
    edition_of: dict[TouchKey, str] = {}
    problems: list[Problem] = []
    held = 0
    made_from = {edition.hash: mail.files_of(decided.project.catalog, edition) for edition in editions}
    refused = wrong({path for files in made_from.values() for path in files}) if editions else {}
    for edition in editions:
        missing = _missing_pages(edition, decided.project.catalog, published)
        missing += _refused(edition, made_from[edition.hash], refused)
        missing += _unproved(edition, unseen(edition), decided.project.catalog)
        problems += missing
        ready = None if missing else _compile(edition, renderer, decided.members, problems)
        if ready is None:
            held += len(edition.contacts)
            continue
        compiled[edition.hash] = ready
        for contact in edition.contacts:
            edition_of[edition.occasion.key(decided.members.ids[contact])] = edition.hash
    return Composed(
        compiled=compiled,
        edition_of=edition_of,
        problems=tuple(problems),
        held=held,
        gone=found.gone,
        editions=tuple(editions),
        waiting=found.touches,
        occasions=found.occasions,
    )


def _missing_pages(edition: Edition, catalog: Catalog, published: Collection[str] | None) -> list[Problem]:
    """An error for each page that the edition links to and the published site does not have."""
    if published is None:
        return []
    items = (catalog.items[name] for name in sorted(set(edition.items)) if name in catalog.items)
    return [
        Problem(
            rule="mail/page-missing",
            level=Level.ERROR,
            path=item.path,
            line=0,
            says=f"{item.url} is linked in {edition.occasion.name} and not published; that edition is held.",
            fix="Build and publish the site: `topmind build`.",
        )
        for item in items
        if item.url and item.url not in published
    ]


def _refused(edition: Edition, files: Sequence[str], wrong: Mapping[str, Problem]) -> list[Problem]:
    """What the linter finds in the files that the edition is made from."""
    return [
        replace(
            wrong[path],
            says=f"{wrong[path].says} {edition.occasion.name} is held for those who would get this.",
        )
        for path in files
        if path in wrong
    ]


def _unproved(edition: Edition, parts: Sequence[str], catalog: Catalog) -> list[Problem]:
    """What whoever signs was not shown."""
    if not parts:
        return []
    return [
        Problem(
            rule="proof/unseen",
            level=Level.WARNING,
            path=dated_file(catalog, edition.occasion),
            line=0,
            says=f"{edition.occasion.name} is held for {len(edition.contacts)}: their edition has what no proof showed "
            f"({parts_in_words(catalog, parts)}).",
            fix="The next send sends a new proof first.",
        )
    ]


def _ordinary_day(decided: Decided) -> bool:
    """Whether the company's day is no blackout day."""
    today = decided.project.moment.as_of
    return not blackout_days(decided.project.catalog, today, today).any()


def _waits(decided: Decided, occasion: Occasion) -> bool:
    """Whether somebody holds it now, its proof has not left, or an announcement was given a later day."""
    moved = occasion.kind is SourceKind.ANNOUNCEMENT and occasion.day > decided.plan.as_of
    return occasion.held or occasion.unproved or moved


def _compile(
    edition: Edition, renderer: mail.Renderer, members: Members, problems: list[Problem]
) -> CompiledEdition | None:
    """One edition compiled and merged dry; None where it is held, with the reason in `problems`."""
    try:
        compiled = renderer.compile(edition)
    except MailError as error:
        problems.append(
            Problem(
                rule="mail/compile",
                level=Level.ERROR,
                path=error.where,
                line=0,
                says=error.says,
                fix=error.fix,
            )
        )
        return None
    found = mail.dry_merge(compiled, members)
    problems += found
    return None if any(p.level is Level.ERROR for p in found) else compiled


def values_of(
    members: Members, ring: KeyRing, live_url: str, company: str, codes: Codes
) -> Callable[[CompiledEdition, TouchKey, str], dict[str, object]]:
    """(edition, touch, its hex) → everything a merge may ask for: declared fields, signed links, codes."""
    links = Links(ring, live_url)
    row_of = {contact: row for row, contact in enumerate(members.ids)}

    def values(compiled: CompiledEdition, key: TouchKey, touch_hex: str) -> dict[str, object]:
        row = row_of[key.contact]
        context = LinkContext(contact=key.contact, touch_hex=touch_hex)
        found: dict[str, object] = {name: column[row] for name, column in members.fields.items()}
        makers: dict[str, Callable[[], object]] = {
            "unsubscribe_url": lambda: links.unsubscribe(context),
            "preferences_url": lambda: links.preferences(context),
            "today": lambda: members.as_of,
            "why": lambda: reason(
                members,
                row,
                compiled.edition.language,
                company,
                service=compiled.edition.occasion.purpose is Purpose.SERVICE,
            ),
        }
        for name in mail.system_fields(compiled):
            if name in makers:
                found[name] = makers[name]()
            elif name.startswith("answer_url:"):
                found[name] = links.answer(context, name.removeprefix("answer_url:"))
        found |= codes.values(compiled, key, members.as_of)
        # the headers need it whether the theme shows it or not
        found.setdefault("unsubscribe_url", links.unsubscribe(context))
        return found

    return values


def reason(members: Members, row: int, language: str, company: str, *, service: bool = False) -> str:
    """Why the contact in this row gets mail from us, in their words."""
    return mail.why_line(
        language,
        company,
        service=service,
        asked=Channel.EMAIL in members.opt_in,
        client=bool(members.client[row]),
    )


def reason_of(members: Members, company: Company, contact: str) -> str:
    """What the foot of a newsletter tells one contact of the source."""
    row = members.ids.index(contact)
    return reason(
        members, row, members.languages[int(members.language[row])] or company.language, company.name
    )
