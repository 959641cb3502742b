"""A call, visit, letter or parcel as whoever does it gets it: the words of the step for one persona, on paper or in the
morning's mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from topmind import mail
from topmind.brand import Brand
from topmind.catalog.blocks import block_tree
from topmind.catalog.text import summary
from topmind.mail.task_sheet import SPOKEN
from topmind.mail.view import Builder
from topmind.model import Catalog, Edition
from topmind.run.preview.nouns import Persona, SeenMail

#: In place of a postal address: none is asked of anybody.
POSTAL = ("1 Sample Street", "Sample Town")


def task_seen(
    catalog: Catalog, brand: Brand, root: Path, edition: Edition, persona: Persona, name: str
) -> SeenMail:
    """A task for a persona called `name`; only what it says and for whom. Raises MailError."""
    occasion, member = edition.occasion, catalog.team[edition.sender]
    site = catalog.company.site.rstrip("/")
    pieces = (
        Builder(catalog=catalog, edition=edition, site=site, tree=block_tree, summary=summary).view().pieces
    )
    spoken = occasion.channel in SPOKEN
    sheet = mail.TaskSheet(
        ref="00000000",
        title=occasion.title,
        channel=occasion.channel,
        last_day=occasion.day + timedelta(days=occasion.grace),
        overdue=False,
        last=False,
        tried=False,
        script=pieces,
        name=name,
        phone="555-0100" if spoken else "",
        postal=() if spoken else POSTAL,
        values=persona.values,
    )
    if not spoken:
        html = mail.letters(catalog, brand, root, [(sheet, member)], occasion.day)
        return SeenMail(html=html)
    made = mail.task_mail(catalog, brand, root, member, [sheet], occasion.day)
    seen = mail.render(made.compiled, made.values)
    sender = f"{made.compiled.sender_name} <{made.compiled.sender_address}>"
    return SeenMail(subject=seen.subject, sender=sender, html=seen.html, text=seen.text)
