"""`topmind contacts show|export`: everything that is held of one person, for their own eyes and for a person's screen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from topmind import audience
from topmind.ledger import Dossier, Word
from topmind.model import Channel, Clock, PastTouch
from topmind.report.feedback_words import heard_of, suppressed_because
from topmind.report.reasons import contents, reason_words
from topmind.run import places, private_places, whom
from topmind.run.task_files import write_private

#: Whose word it is, in words.
_BY = {
    "person": "they said so",
    "office": "said by us for them",
    "complaint": "they called a mail spam",
    "import": "as the export reports it",
    "merge": "taken over when two contacts became one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held of one person."""

    dossier: Dossier
    #: Channel → the basis on which they may be asked, and where its evidence is kept, as `_audience.toml` says.
    basis: Mapping[Channel, str]
    ledger: str
    #: Name of a touch on the wire → path of its mail below the project.
    mails: Mapping[str, str]
    #: By the store's clock, UTC.
    at: datetime

    def as_dict(self) -> dict[str, Any]:
        """All of it, for the person it is about (GDPR, article 15) and for a machine."""
        held = self.dossier
        return {
            "at": self.at.isoformat(),
            "contact": held.person.contact,
            "name": held.person.name,
            "address": held.person.address,
            "phone": held.person.phone,
            "postal": list(held.postal),
            "also_known_as": [
                {"contact": one.contact, "address": one.address, "name": one.name, "phone": one.phone}
                for one in held.merged
            ],
            "in_the_last_export": held.person.active,
            "export_reports": dict(held.reported),
            "consent_basis": {channel.value: words for channel, words in self.basis.items()},
            "said": [_word(one) for one in held.words],
            "said_before": [_past_word(one, held.stages_since) for one in held.past],
            "marks": sorted(held.person.standing.marks),
            "suppressed": _suppressed(held),
            "notes": [{"at": one.at.isoformat(), "text": one.text} for one in held.notes],
            "positions": {
                what: {"value": one.value, "before": one.before, "day": _iso(one.day)}
                for what, one in sorted(held.positions.items())
            },
            "touches": [self._touch(one) for one in held.touches],
            "answers": [
                {"to": one.step or one.source, "answer": one.value, "at": one.at.isoformat()}
                for one in held.answers
            ],
            "comments": list(held.person.comments),
            "coupons": [
                {
                    "code": one.coupon.code,
                    "issued": _iso(one.issued),
                    "until": _iso(one.coupon.until),
                    "redeemed": _iso(one.redeemed),
                }
                for one in held.coupons
            ],
        }

    def _touch(self, touch: PastTouch) -> dict[str, Any]:
        name = touch.wire(self.ledger)
        return {
            "occasion": touch.key.name,
            "channel": touch.key.channel.value,
            "day": touch.day.isoformat(),
            "state": touch.state.value,
            "reason": touch.reason,
            "items": list(touch.items),
            "shown": list(touch.shown),
            "mail": self.mails.get(name, ""),
            "heard": [
                {"kind": one.kind.value, "at": one.at.isoformat(), "detail": one.detail, "actor": one.actor}
                for one in self.dossier.heard
                if one.touch_hex == name
            ],
        }

    def text(self) -> str:
        """For a person's screen."""
        return "\n".join(_lines(self))


def held(root: Path, who: str, *, clock: Clock, environ: Mapping[str, str] | None = None) -> Held:
    """Everything of the contact with this source id or address. Raises UsageError (nobody, several), ConfigError,
    LedgerError."""
    settings, ring = whom.place(root, environ)
    spec = audience.read_spec(settings)
    with places.open_project_ledger(settings, clock, ring) as ledger:
        found = ledger.dossier(whom.known(ledger, who).contact)
        assert (
            found is not None
        )  # nobody is erased between two reads of one run: that takes the lock of a sender
        at, name = ledger.now(), ledger.ledger_id
    return Held(
        dossier=found,
        basis={channel: consent.words for channel, consent in spec.consent.items()},
        ledger=name,
        mails=_mails(settings.var / "outbox", settings.root, found, name),
        at=at,
    )


def export(
    root: Path,
    who: str,
    output: Path | None = None,
    *,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """All that is held of them; written to `output`, too, where only its owner reads it.

    Raises UsageError for nobody, several, or a place that is published or that a commit takes along; else as `held`.
    """
    if output is not None:
        output = output if output.is_absolute() else root / output
        private_places.refuse_tracked(root, output)
    found = held(root, who, clock=clock, environ=environ).as_dict()
    if output is not None:
        write_private(output, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return found


def _mails(outbox: Path, root: Path, found: Dossier, ledger: str) -> dict[str, str]:
    """The very mails, where the outbox has them."""
    mails = {}
    for touch in found.touches:
        name = touch.wire(ledger)
        if files := sorted(outbox.glob(f"{name}-*.eml")):
            mails[name] = files[-1].relative_to(root).as_posix()
    return mails


def _lines(all_: Held) -> Iterator[str]:
    held, person = all_.dossier, all_.dossier.person
    yield f"{person.name or 'no name'} <{person.address or 'no address'}>, contact {person.contact}"
    if person.phone or held.postal:
        yield f"  {'; '.join(part for part in (person.phone, ', '.join(held.postal)) if part)}"
    yield f"  in the last export: {'yes' if person.active else 'no'}"
    yield from (
        f"  also contact {one.contact} <{one.address or 'no address'}>, merged" for one in held.merged
    )
    yield "May we?"
    yield from _consent(all_)
    if held.suppressed:
        reason, at = held.suppressed
        yield f"  nothing is mailed to the address: {suppressed_because(reason)} ({_when(at)})"
    if person.standing.paused_until:
        yield f"  paused: nothing before {person.standing.paused_until}"
    yield from _said(held)
    for what, one in sorted(held.positions.items()):
        since = f" since {one.day}" if one.day else ""
        yield f"  {what.replace(':', ' ')}: {one.value}{since}"
    if held.reported.get("stage"):
        yield f"  stage, as the export reports it: {held.reported['stage']}"
    yield from _stages(held)
    if held.notes:
        yield "Notes:"
        yield from (f"  {_when(one.at)}  {one.text}" for one in held.notes)
    yield "Touches:" if held.touches else "Nothing was ever sent to them from here."
    yield from _touches(all_)
    if held.answers or person.comments:
        yield "Answers:"
        yield from (f"  {_when(one.at)}  {one.step or one.source}: {one.value}" for one in held.answers)
        yield from (f"  wrote: {text}" for text in person.comments)
    if held.coupons:
        yield "Codes:"
        for row in held.coupons:
            redeemed = f", handed in on {row.redeemed}" if row.redeemed else ""
            until = f", good until {row.coupon.until}" if row.coupon.until else ""
            issued = f"sent on {row.issued}" if row.issued else "not sent"
            yield f"  {row.coupon.code}: {issued}{until}{redeemed}"


def _consent(all_: Held) -> Iterator[str]:
    """Per channel: the basis and its evidence, what the export says, and the word that holds."""
    words = {one.what: one for one in all_.dossier.words}
    for channel in Channel:
        word, said = words.get(channel.value), all_.dossier.reported.get(channel.value)
        basis = all_.basis.get(channel, "")
        if not (basis or word or said):
            continue
        parts = [basis or "no basis is declared"]
        if said is not None:
            parts.append(f"the export says {'yes' if said == '1' else 'no'}")
        if word:
            parts.append(f"{'opted out' if word.value == '1' else 'agreed'} {_evidence(word)}")
        yield f"  {channel.value}: {'; '.join(parts)}"


def _said(held: Dossier) -> Iterator[str]:
    """Topics and marks that hold, and the word each of them comes from."""
    marks = held.person.standing.marks
    for one in held.words:
        kind, _, name = one.what.partition(":")
        if kind == "topic":
            yield f"  topic {name}: {'no' if one.value == '1' else 'yes'} {_evidence(one)}"
        elif kind == "mark" and name in marks:
            end = "" if one.value == "1" else f" to the end of {one.value}"
            yield f"  marked {name}{end} {_evidence(one)}"


def _stages(held: Dossier) -> Iterator[str]:
    """Where they stood, and who said so: worth a line each where the export's word is not the only one."""
    moves = [one for one in held.past if one.what == "stage"]
    if len(moves) < 2:
        return
    yield "Stages:"
    for one in moves:
        when = _when(one.at) if one.at else _before(held.stages_since)
        why = f": {one.why}" if one.why else ""
        yield f"  {when}  {one.value} ({_BY.get(one.by, f'said by {one.by}')}{why})"


def _touches(all_: Held) -> Iterator[str]:
    held = all_.dossier
    for touch in held.touches:
        why = f" ({reason})" if (reason := reason_words(touch)) else ""
        channel = "" if touch.key.channel is Channel.EMAIL else f", {touch.key.channel.value}"
        yield f"  {touch.day}  {touch.state.value:10} {touch.key.name}{channel}{contents(touch)}{why}"
        name = touch.wire(all_.ledger)
        if mail := all_.mails.get(name):
            yield f"              {mail}"
        yield from (f"              {heard_of(one)}" for one in held.heard if one.touch_hex == name)


def _before(begins: datetime | None) -> str:
    """For what was so when the log of stages began."""
    return f"before {begins:%Y-%m-%d}" if begins else "at the beginning"


def _past_word(word: Word, stages_since: datetime | None) -> dict[str, Any]:
    """With `before` in place of a moment that nobody knows."""
    told: dict[str, Any] = {**_word(word), **({"why": word.why} if word.why else {})}
    if word.at is None:
        told |= {"at": None, "before": _iso(stages_since.date()) if stages_since else None}
    return told


def _evidence(word: Word) -> str:
    return f"on {_when(word.at) if word.at else 'an unknown day'} ({_BY.get(word.by, word.by)})"


def _word(word: Word) -> dict[str, str]:
    at = word.at.isoformat() if word.at else ""
    return {"what": word.what, "value": word.value, "at": at, "by": word.by}


def _suppressed(held: Dossier) -> dict[str, str] | None:
    if held.suppressed is None:
        return None
    reason, at = held.suppressed
    return {"reason": reason, "since": at.isoformat()}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
