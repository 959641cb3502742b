"""Everything that can be known to be wrong before anybody is mailed: all findings at once, and it fails closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from topmind.model import CompiledEdition, Level, Parts, Place, Problem, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What pre-flight looks at; whoever calls gathers it."""

    #: `outbox`, `memory` or `ses`.
    transport: str
    #: Lines of the company's postal address.
    postal_address: Sequence[str]
    #: Team addresses that editions are sent from.
    senders: Collection[str]
    #: A key ring is at hand.
    keys: bool
    #: The ledger's id stands in pelicanconf.py.
    pinned: bool
    #: Nothing was ever sent with this ledger, and whether a person said that this is right (`--first-send`).
    first: bool = False
    first_send: bool = False
    #: Mails that count as sent with this ledger and were only written into an outbox, where none ever went further.
    rehearsed: int = 0
    #: What makes this tick unusually large; "" = nothing. Whether a person approved it.
    surge: str = ""
    #: What to do about it: names the plan.
    surge_fix: str = ""
    approved: bool = False
    #: The address of the live pages is on this machine only.
    live_local: bool = False
    #: It is reached over https.
    live_https: bool = True
    #: SES makes the links to leave (a contact list, no live pages).
    leave_at_provider: bool = False
    #: What must outlive the ledger is kept where it stays: a bucket, a folder that somebody named, or beside a file.
    inbox_stays: bool = True
    editions: Iterable[CompiledEdition] = ()
    #: Site-relative addresses that the mails link to → file that wants them.
    pages: Mapping[str, str] = field(default_factory=dict)
    #: Addresses of the published site; None = there is no manifest.
    published: Collection[str] | None = None


def findings(facts: Facts) -> tuple[Problem, ...]:
    """All findings; any of level error means that nobody may be mailed."""
    return tuple(
        problem
        for test in (_law, _account, _ledger, _inbox, _surge, _editions, _pages)
        for problem in test(facts)
    )


def _problem(rule: str, says: str, fix: str, *, path: str = "", level: Level = Level.ERROR) -> Problem:
    return Problem(rule=f"preflight/{rule}", level=level, path=path, line=0, says=says, fix=fix)


def _real(facts: Facts) -> Level:
    """An error where real people get mail; told and passed over where a rehearsal writes files."""
    return Level.ERROR if facts.transport == "ses" else Level.INFO


def _law(facts: Facts) -> Iterator[Problem]:
    if not any(line.strip() for line in facts.postal_address):
        yield _problem(
            "postal-address",
            "there is no postal address, and every commercial mail must show one (CAN-SPAM).",
            "Write the company's address in content/company.md.",
            path="content/company.md",
        )


def _account(facts: Facts) -> Iterator[Problem]:
    if not facts.keys:
        yield _problem(
            "keys", "there is no key ring, so no mail could be unsubscribed from.", "Set TOPMIND_KEYS."
        )
    if facts.editions and not any(facts.senders):
        yield _problem(
            "sender", "no edition has a sender's address.", "Give the people in content/team an email."
        )
    if facts.leave_at_provider:
        yield from _answers(facts.editions)
    elif facts.live_local:
        yield _problem(
            "live-pages",
            "the unsubscribe links lead to this machine.",
            "Set TOPMIND_LIVE_URL to where the live pages are served, or TOPMIND_SES_CONTACT_LIST to a contact list "
            "of SES, which then makes the links.",
            level=_real(facts),
        )
    elif not facts.live_https:
        yield _problem(
            "live-pages",
            "the links to leave are not https, so no mail program offers its button for leaving (RFC 8058).",
            "Serve the live pages over https, and write TOPMIND_LIVE_URL like https://mail.example.com.",
            level=_real(facts),
        )


def _answers(editions: Iterable[CompiledEdition]) -> Iterator[Problem]:
    """An answer needs a page of ours that takes it."""
    for compiled in editions:
        if any(
            isinstance(part, Place) and part.tag.field.startswith("answer_url:")
            for part in (*compiled.html, *compiled.text)
        ):
            yield _problem(
                "answers",
                f"{compiled.edition.occasion.title}: it asks for an answer, and there are no live pages to take it.",
                "Set TOPMIND_LIVE_URL, or ask for a reply by mail instead.",
            )


def _ledger(facts: Facts) -> Iterator[Problem]:
    if not facts.pinned:
        yield _problem(
            "pinned",
            "the ledger is not pinned: on a machine without it everybody would be mailed again.",
            "Write its id into TOPMIND['ledger'] of pelicanconf.py.",
            path="pelicanconf.py",
            level=_real(facts),
        )
    if facts.transport == "ses" and facts.rehearsed and not facts.approved:
        # whatever --first-send says: those people would never get what they count as having
        yield _problem(
            "rehearsed",
            f"{facts.rehearsed} mails of this ledger were only written into an outbox: whoever they are for counts as "
            "having them and would not get them.",
            "Take a new ledger for real mail: another place in TOPMIND_LEDGER. If they did get them, let this plan go: "
            "topmind approve, with the number that topmind plan prints.",
        )
    elif facts.first and not facts.first_send and facts.transport == "ses":
        # a rehearsal into files begins with an empty ledger as a matter of course
        yield _problem(
            "first-send",
            "nothing was ever sent with this ledger.",
            "If this is right, send with --first-send; if not, point TOPMIND_LEDGER at the right one.",
        )


def _inbox(facts: Facts) -> Iterator[Problem]:
    if not facts.inbox_stays and facts.transport == "ses":
        yield _problem(
            "inbox",
            "who bounced, left or was erased is written down in var/inbox beside the server's ledger: if this disk does "
            "not stay, a copy that is put back would mail them.",
            "Name a bucket or a folder that stays in TOPMIND_INBOX.",
            level=Level.WARNING,
        )


def _surge(facts: Facts) -> Iterator[Problem]:
    if facts.surge and not facts.approved:
        yield _problem("surge", facts.surge, facts.surge_fix, level=_real(facts))


def _editions(facts: Facts) -> Iterator[Problem]:
    for compiled in facts.editions:
        occasion = compiled.edition.occasion
        if occasion.purpose is Purpose.SERVICE:
            continue
        for part, parts in (("HTML", compiled.html), ("plain text", compiled.text)):
            if not _asks(parts, "unsubscribe_url"):
                yield _problem(
                    "unsubscribe",
                    f"{occasion.title}: the {part} has no unsubscribe link.",
                    "Put {{ unsubscribe_url }} into the theme's footer.",
                    path=f"themes/email ({occasion.name})",
                )


def _asks(parts: Parts, field_name: str) -> bool:
    return any(isinstance(part, Place) and part.tag.field == field_name for part in parts)


def _pages(facts: Facts) -> Iterator[Problem]:
    """Without a manifest no page is known to be there. One page that is missing holds its editions only."""
    if facts.pages and facts.published is None:
        yield _problem(
            "site",
            "the mails link to pages of the site, and nobody can say which of them are published.",
            "Build and publish the site before the send: `topmind build`.",
        )
