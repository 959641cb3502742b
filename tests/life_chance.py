"""What people and the office do between two ticks, by chance: they buy, move, turn away, leave, come back, answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from life_export import HOME, Person
from life_people import FAR, STAGES, ZONES, Town
from life_project import BIRTHDAYS, FIRST, SALES, STEADY
from topmind.ledger import Feedback, FolderInbox, TaskOutcome
from topmind.links import address_hashes
from topmind.model import Channel, FeedbackKind

if TYPE_CHECKING:
    from life_played import Life

#: First jobs of before the programme.
JOBS = (date(2025, 3, 10), date(2026, 2, 16), date(2026, 9, 14))


def settle(town: Town, people: int, chance: Random, *, far: bool) -> None:
    """The first export; `far`: some live where only all ticks of a day will do."""
    for number in range(people):
        _join(town, chance)
        who = f"p{number:03}"
        if number % 2 == 0:
            town.purchases.append((who, JOBS[number % 3]))
        if far and number % 7 == 6:
            town.people[who].zone = FAR


def _join(town: Town, chance: Random, asked_on: str = "") -> None:
    number = len(town.people)
    while f"p{number:03}" in town.people:
        number += 1
    name = f"p{number:03}"
    steady = name in STEADY
    # every thirtieth reads the mail of the one before
    reader = number - 1 if number % 30 == 29 else number
    town.people[name] = Person(
        id=name,
        email="" if number % 47 == 46 else f"p{reader:03}@example.com",
        first_name=f"P{number}",
        zone=HOME if steady else chance.choice((*ZONES, HOME, HOME)),
        stage="interest" if steady else chance.choice(STAGES),
        rep="" if steady else chance.choice(("", "dora", "ida")),
        wish="seldom" if not steady and chance.random() < 0.3 else "",
        newsletter="no" if not steady and chance.random() < 0.04 else "yes",
        may_call="no" if chance.random() < 0.3 else "yes",
        asked_on=asked_on,
        birthday=BIRTHDAYS[number // 5 % 4] if number % 5 == 0 else "",
        service_until="2027-07-01" if number % 6 == 0 else "",
    )


def happen(life: Life, before: date, day: date, at: datetime) -> None:
    """Everything since the last tick that was played."""
    town, chance = life.town, life.chance
    free = [who for who in town.people if who not in STEADY]
    for sale in SALES:
        if before < sale <= day and sale > FIRST:
            buyers = chance.sample(free, 12)
            town.purchases += [(who, sale) for who in buyers]
            life.diary.disturbed(buyers)
            for _ in range(4):
                _join(town, chance, asked_on=str(sale))
    for _ in range(chance.randrange(3)):
        _change(life, chance.choice(free))
    if chance.random() < 0.35:
        _wish(life, chance.choice(free), day, at)


def _change(life: Life, who: str) -> None:
    """The office types something else into somebody's line."""
    town, chance = life.town, life.chance
    person = town.people[who]
    life.diary.disturbed([who])
    what = chance.choice(
        ("zone", "stage", "stage", "wish", "rep", "newsletter", "may_call", "date", "email", "gone")
    )
    if what == "zone":
        person.zone = chance.choice(ZONES)
    elif what == "stage":
        person.stage = chance.choice(STAGES)
    elif what == "wish":
        person.wish = "" if person.wish else "seldom"
    elif what == "rep":
        person.rep = chance.choice(("", "dora", "ida"))
    elif what == "may_call":
        person.may_call = "no" if person.may_call == "yes" else "yes"
    elif what == "newsletter" and person.newsletter == "no":
        person.newsletter = "yes"
    elif what == "date" and person.service_until:
        until = date.fromisoformat(person.service_until) + timedelta(days=366)
        person.service_until = str(until)
    elif what == "email" and person.email and not life.town.mates(who):
        person.email = f"{who}.{chance.randrange(100)}@example.com"
    elif what == "gone" and len(town.gone) < 12 and not life.town.mates(who):
        town.gone[who] = town.people.pop(who)
    elif town.gone and chance.random() < 0.5:
        back = chance.choice(sorted(town.gone))
        town.people[back] = town.gone.pop(back)
        life.diary.disturbed([back])


def _wish(life: Life, who: str, day: date, at: datetime) -> None:
    """Somebody uses the live pages: leaves, comes back, pauses, or turns a topic off."""
    if who not in life.town.people or life.town.mates(who):
        return
    inbox, diary = FolderInbox(life.root / "var" / "inbox"), life.diary
    entry = {"contact": who, "at": at.isoformat()}
    diary.disturbed([who])
    if who in diary.out:
        inbox.put(entry | {"kind": "opt_in"})
        diary.out.discard(who)
        return
    match life.chance.randrange(4):
        case 0:
            inbox.put(entry | {"kind": "opt_out"})
            diary.out.add(who)
        case 1:
            inbox.put(entry | {"kind": "topic_off", "value": "seasons"})
            diary.off_topic.add(who)
        case _:
            until = day + timedelta(days=life.chance.choice((10, 25, 60)))
            inbox.put(entry | {"kind": "pause", "value": until.isoformat()})
            diary.paused[who] = until
            diary.disturbed([who], at + (until - day))


def afterwards(life: Life) -> None:
    """What comes back after a tick: answers, bounces, what became of the tasks."""
    chance, diary, now = life.chance, life.diary, life.clock.now()
    for left in diary.questions:
        if chance.random() < 0.6:
            word = "happy" if chance.random() < 0.7 else "not-happy"
            entry = {"contact": left.key.contact, "at": now.isoformat(), "kind": "answer"}
            FolderInbox(life.root / "var" / "inbox").put(entry | {"value": word, "touch": left.hex})
            diary.disturbed([left.key.contact])
    diary.questions.clear()
    # a bounce of the days that the copy lost would come from nowhere again
    if diary.mails and not life.careful and chance.random() < 0.03:
        left = diary.mails[-1]
        if left.key.contact not in STEADY:
            kind = chance.choice((FeedbackKind.BOUNCED, FeedbackKind.COMPLAINED))
            hashes = address_hashes(life.ring, left.inbox)
            event = Feedback(touch_hex=left.hex, kind=kind, at=now, permanent=True, inbox=hashes)
            life.ledger.record_feedback([event])
            diary.suppressed.add(left.inbox)
            if kind is FeedbackKind.COMPLAINED:
                diary.out.add(left.key.contact)
            diary.disturbed(life.town.readers(left.inbox))
    _tasks(life)


def _tasks(life: Life) -> None:
    """Half of what is open is done after each tick; some never is."""
    outcomes = []
    for task in life.ledger.tasks():
        luck = life.chance.random()
        if luck < 0.5:
            word = "done" if task.key.channel is not Channel.CALL or luck < 0.35 else "not happy"
            outcomes.append(TaskOutcome(touch_hex=task.touch_hex, word=word, reached=True))
        elif luck < 0.55:
            outcomes.append(TaskOutcome(touch_hex=task.touch_hex, word="no answer", reached=False))
    if outcomes:
        life.ledger.settle_tasks(outcomes, life.project.moment.as_of)
