"""Step 7: gathers what pre-flight looks at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from topmind import delivery, mail, planning
from topmind.delivery.outbox import SUFFIX as OUTBOX_SUFFIX
from topmind.model import Channel, Company, History, TouchState
from topmind.run.compose import Composed
from topmind.run.decide import Decided
from topmind.run.load import Project
from topmind.settings import Settings


def facts_before(
    settings: Settings, company: Company | None, history: History, *, first_send: bool
) -> delivery.Facts:
    """What is known without a plan; without a readable company nothing is said of its address."""
    return delivery.Facts(
        transport=settings.transport,
        postal_address=company.address if company else ("?",),
        senders=(),
        keys=True,
        pinned=bool(settings.project.ledger),
        first=history.first,
        first_send=first_send,
        rehearsed=_rehearsed(history),
        live_local=not settings.live,
        live_https=settings.live_https,
        leave_at_provider=settings.ses_unsubscribes,
        inbox_stays=bool(settings.inbox) or not settings.ledger_url.startswith("postgres"),
    )


def facts_of(decided: Decided, composed: Composed, *, first_send: bool) -> delivery.Facts:
    """Everything about one composed plan; the site's manifest is read from `output/`."""
    project = decided.project
    settings = project.settings
    editions = tuple(composed.compiled.values())
    surge = planning.surge(decided.plan, decided.history)
    before = facts_before(settings, project.catalog.company, decided.history, first_send=first_send)
    return replace(
        before,
        senders={compiled.sender_address for compiled in editions},
        approved=planning.approved(decided.plan, decided.history),
        surge=surge.says if surge else "",
        surge_fix=surge.fix if surge else "",
        editions=editions,
        pages=linked_pages(decided, composed),
        published=published(settings.root / "output"),
    )


def _rehearsed(history: History) -> int:
    """Mails of an outbox, of a ledger with which none went further."""
    sent = [t for t in history.touches if t.state is TouchState.ACCEPTED and t.key.channel is Channel.EMAIL]
    written = sum(t.message_id.endswith(OUTBOX_SUFFIX) for t in sent)
    return written if written == len(sent) else 0


def renderer_of(project: Project) -> mail.Renderer:
    """Compiles mails that lead only to pages which are there."""
    pages = published(project.root / "output")
    return mail.Renderer(project.catalog, project.brand, project.root, published=pages or frozenset())


def linked_pages(decided: Decided, composed: Composed) -> dict[str, str]:
    """Site-relative address → file, of every item whose page a mail of this plan links to."""
    items = decided.project.catalog.items
    named = {name for edition in composed.editions for name in edition.items}
    return {items[name].url: items[name].path for name in sorted(named) if name in items and items[name].url}


def published(output: Path) -> frozenset[str] | None:
    """Addresses of the built site, from its manifest; None where there is none."""
    try:
        manifest = json.loads((output / ".topmind" / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    files = manifest.get("files", manifest)
    return frozenset("/" + str(path).removesuffix("index.html") for path in files)
