"""`report --mail`: the owner's report through the project's transport, once per call. Names stand in this mail only."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import timedelta
from email.utils import format_datetime

from topmind import mail
from topmind.errors import SendError
from topmind.mail.report_mail import SOURCE, ReportPart, report_mail
from topmind.model import Channel, Clock, Message, OutcomeKind, TouchKey
from topmind.report.day_sections import day_sections
from topmind.report.owner_words import sections, sentence
from topmind.run import carriage
from topmind.run.reporting import Made

#: How long the transport may take.
PATIENCE = timedelta(minutes=1)


def send(made: Made, clock: Clock) -> str:
    """Mail the report to the owner; returns their team id. Raises SendError where it was not taken."""
    project, owner = made.project, made.report.owner
    assert owner is not None
    company = project.catalog.company
    reader = project.catalog.team[company.owner]
    told = (*sections(owner, company.dates, named=made.report.named), *day_sections(made.report))
    parts = [ReportPart(**asdict(section)) for section in told]
    text = report_mail(
        project.catalog,
        project.brand,
        project.root,
        sentence(owner, company.dates),
        parts,
        made.report.as_of,
    )
    name, sender = secrets.token_hex(16), text.compiled.sender_address
    headers = {
        # as every other mail: of the day that is asked for
        "Date": format_datetime(clock.now() if project.moment.real else project.moment.now),
        "Message-ID": f"<{name}@{sender.rpartition('@')[2]}>",
        # no out-of-office answers to it (RFC 3834)
        "Auto-Submitted": "auto-generated",
    }
    # no contact and no ledger row: every call is a mail of its own
    key = TouchKey(
        contact=company.owner,
        source=SOURCE,
        step=None,
        occurrence=made.report.as_of.isoformat(),
        channel=Channel.EMAIL,
    )
    outcome = carriage.of(project.settings, clock).transport.send(
        Message(
            touch=key,
            touch_hex=name,
            attempt=1,
            to=reader.email,
            sender=sender,
            raw=mail.build(text.compiled, text.values, to=reader.email, headers=headers),
            tags={},
            fence=clock.now() + PATIENCE,
        )
    )
    if outcome.kind is not OutcomeKind.ACCEPTED:
        raise SendError(f"the report was not taken: {outcome.reason or outcome.kind.value}.")
    return reader.id
