"""A proof first: it leaves once to whoever signs, the eve of its issue; the issue goes after it, unless held."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from played import PERSONAL, Desk
from small_company import FILES, a_company, contact
from topmind.delivery import Fault, MemoryTransport, refused, retry, unknown
from topmind.ledger import open_ledger
from topmind.ledger.states import EXPIRED
from topmind.model import OutcomeKind
from topmind.run import load as load_
from topmind.run import sending
from topmind.run.clock import SystemClock
from topmind.run.compose import compose
from topmind.run.decide import decide
from topmind.run.preflight import renderer_of
from topmind.run.proof_states import unseen
from topmind.run.remembered import history_of
from topmind.testing.clock import FixedClock

EVE, DAY = "2026-11-30", "2026-12-01"
ISSUE = "wall/2026-W49"
OWN = "content/newsletters/wall/2026-12-01.md"
LETTER = FILES["content/newsletters/wall.md"].replace("subject:", "approve: proof\nsubject:")
#: Eight contacts: two sign with June, six with Dana.
PEOPLE = 8


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A company whose letter has `approve: proof`; the pages that its mails link to are published."""
    pages = [f"tips/{name}/index.html" for name in ("damp", "moss", "frost")] + [
        "promotions/joints/index.html"
    ]
    files = {
        "content/newsletters/wall.md": LETTER,
        "content/sequences/first.md": None,
        "content/sequences/first/01-thanks.md": None,
        "output/.topmind/manifest.json": json.dumps({"files": pages}),
    }
    root = a_company(tmp_path, files, people=PEOPLE)
    # nobody's floor is about to break: only the letter goes
    company = root / "content/company.md"
    company.write_text(company.read_text("utf-8").replace("2026-01-01", "2026-11-25"), "utf-8")
    return Desk(root)


def left(desk: Desk) -> tuple[list[EmailMessage], list[EmailMessage]]:
    """(proofs, mails of the issue) in the outbox."""
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((desk.root / "var/outbox").glob("*.eml"))
    ]
    proofs = [mail for mail in mails if str(mail["Subject"]).startswith(("PROOF: ", "PROOF, changed: "))]
    return proofs, [mail for mail in mails if mail not in proofs]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """One part of a mail, its lines joined."""
    body = mail.get_body((kind,))
    assert body is not None
    return " ".join(body.get_content().split())


def plan_of_proofs(desk: Desk, moment: str) -> list[str]:
    """The plan's lines of this issue below their heading."""
    lines = desk.type("plan", "--as-of", moment).text.splitlines()
    return [
        line for line in lines[lines.index("A proof first, to whoever signs:") :] if f"{ISSUE} to" in line
    ]


def test_the_eve_the_proof_and_the_day_the_issue(desk: Desk) -> None:
    """Once to each of two senders, with what they need to decide and nobody's name; the next run sends none; the issue
    goes on its day."""
    assert json.loads(desk.type("send", "--as-of", "2026-11-29", "--json").out)["proofs"] == 0
    who = f"{ISSUE} to Dana Reyes, June Okafor"
    told = f"  Mon 30 Nov  {who}, after 09:00; it goes on Tue 1 Dec unless somebody holds it"
    assert plan_of_proofs(desk, "2026-11-29")[0] == told
    said = json.loads(desk.type("send", "--as-of", EVE, "--json").out)
    assert (said["proofs"], said["sent_now"]) == (2, 0)
    assert json.loads(desk.type("send", "--as-of", EVE, "--json").out)["proofs"] == 0
    proofs, mails = left(desk)
    assert mails == []
    assert sorted(str(mail["To"]) for mail in proofs) == ["dana@alder.example", "june@alder.example"]
    for mail in proofs:
        assert str(mail["Subject"]) == "PROOF: Your wall, Nora"
        assert "List-Unsubscribe" not in mail
        for kind in ("plain", "html"):
            text = text_of(mail, kind)
            assert not [word for word in PERSONAL if word in text]
            for words in (
                "It goes on Tuesday, 1 December 2026, after 09:00 where each reader lives, unless somebody holds it.",
                "it reaches 8 people, in 2 editions",
                "topmind check finds nothing wrong in its files.",
                f"topmind stop {ISSUE}",
                OWN,
                "Good morning Nora",
            ):
                assert words in text, (words, text)
        listed = (
            "– 6 people: nothing else (signed by Dana Reyes) – 2 people: nothing else (signed by June Okafor)"
        )
        assert f"– in all of them: Before the frost {listed}" in text_of(mail)
    by_reader = {str(mail["To"]).partition("@")[0]: text_of(mail) for mail in proofs}
    assert "June Okafor Mason" in by_reader["june"]
    assert "Warmly Dana Reyes" in by_reader["dana"]
    said = json.loads(desk.type("send", "--as-of", DAY, "--json").out)
    assert (said["proofs"], said["sent_now"], len(left(desk)[1])) == (0, PEOPLE, PEOPLE)


def _stop(desk: Desk) -> None:
    said = desk.type("stop", "wall/2026-12-01")
    assert (said.code, ISSUE in said.text) == (0, True)


def _hold(desk: Desk) -> None:
    desk.write({OWN: "---\nhold: yes\n---\n"})


def _resume(desk: Desk) -> None:
    assert desk.type("resume", "wall/2026-12-01").code == 0


def _release(desk: Desk) -> None:
    desk.write({OWN: None})


@pytest.mark.parametrize(("hold", "release"), [(_stop, _resume), (_hold, _release)], ids=["stop", "hold"])
def test_whoever_holds_it_after_the_proof_keeps_it_from_everybody(
    desk: Desk, hold: Callable[[Desk], None], release: Callable[[Desk], None]
) -> None:
    """Nothing goes on its day; let go again, it goes without another proof."""
    desk.type("send", "--as-of", EVE)
    hold(desk)
    desk.type("send", "--as-of", DAY)
    assert [len(one) for one in left(desk)] == [2, 0]
    release(desk)
    desk.type("send", "--as-of", DAY)
    assert [len(one) for one in left(desk)] == [2, PEOPLE]


def test_an_issue_whose_proof_is_late_waits_for_the_run_after_it(desk: Desk) -> None:
    """Every run of the eve was missed: the first of the day sends the proof, and only the next one the issue."""
    said = desk.type("send", "--as-of", DAY)
    assert said.code == 0, said.text
    assert f"warning: {OWN}: {ISSUE} waits: its proof left only now." in said.text
    proofs, mails = left(desk)
    assert (len(proofs), mails) == (2, [])
    assert "It waits for this proof: the next run sends it, unless somebody holds it." in text_of(proofs[0])
    desk.type("send", "--as-of", DAY)
    assert [len(one) for one in left(desk)] == [2, PEOPLE]


def test_what_was_frozen_before_somebody_asked_for_a_proof_waits_for_it(desk: Desk) -> None:
    """The transport took nothing; then the letter asks for a proof: it leaves first, and the frozen mails after it."""
    desk.write({"content/newsletters/wall.md": FILES["content/newsletters/wall.md"]})
    nobody_home = MemoryTransport(iter(retry, None))
    done = sending.send(desk.root, as_of=DAY, clock=SystemClock(), transport=nobody_home)
    assert (done.report.counts.accepted, done.report.counts.waiting) == (0, PEOPLE)
    desk.write({"content/newsletters/wall.md": LETTER})
    desk.type("send", "--as-of", DAY)
    proofs, mails = left(desk)
    assert ([len(proofs), mails], "it reaches 8 people" in text_of(proofs[0])) == ([2, []], True)
    desk.type("send", "--as-of", DAY)
    assert [len(one) for one in left(desk)] == [2, PEOPLE]


def test_a_proof_that_a_dead_run_had_in_hand_is_not_sent_again(desk: Desk) -> None:
    """Nobody can say whether it left: the other sender gets theirs, each run says so, and the issue waits until a
    person says that it is ready."""
    desk.type("send", "--as-of", "2026-11-29")
    ledger = open_ledger(
        "sqlite:///var/ledger.db",
        root=desk.root,
        clock=FixedClock(datetime.now(UTC)),
        ledger_id="alder",
        create=False,
    )
    ledger.lock("dead")
    assert ledger.claim_proof("wall", "2026-W49", "dana", among=("dana", "june"), owner="dead") is not None
    ledger.unlock("dead")
    ledger.close()
    for day in (EVE, DAY):
        said = desk.type("send", "--as-of", day)
        assert (
            said.code,
            said.text.count("nobody can say whether the proof of wall/2026-W49 to dana left"),
        ) == (1, 1)
        assert f"topmind send --proof {ISSUE}" in said.text
    proofs, mails = left(desk)
    assert ([str(mail["To"]) for mail in proofs], mails) == (["june@alder.example"], [])
    before = desk.ledger()
    said = desk.type("send", "--proof", "wall/2026-12-01", "--as-of", DAY)
    assert (said.code, said.out) == (
        0,
        f"Proof of {ISSUE} to dana, june; nothing was written to the ledger.\n",
    )
    assert desk.ledger() == before
    proofs = left(desk)[0]
    assert sorted(str(mail["To"]) for mail in proofs) == ["dana@alder.example", *["june@alder.example"] * 2]
    desk.write({OWN: "---\nready: yes\n---\n"})
    said = desk.type("send", "--as-of", DAY)
    assert (said.code, [len(one) for one in left(desk)]) == (0, [3, PEOPLE])


@pytest.mark.parametrize(
    "became", [retry(), refused(), unknown(leaves=False)], ids=["held", "refused", "unknown"]
)
def test_whoever_signs_nothing_of_it_any_more_keeps_it_from_nobody(desk: Desk, became: Fault) -> None:
    """The proof to the second sender does not leave, then the first signs for all: the issue goes without it. What may
    have left it waits for, and each run says so."""
    sending.send(desk.root, as_of=EVE, clock=SystemClock(), transport=MemoryTransport([None, became]))
    contacts = desk.root / "var/contacts/contacts.csv"
    contacts.write_text(contacts.read_text("utf-8").replace("june", "dana"), "utf-8")
    said = [desk.type("send", "--as-of", day) for day in (EVE, DAY)]
    doubt = became.outcome is not None and became.outcome.kind is OutcomeKind.UNKNOWN
    assert [len(one) for one in left(desk)] == [0, 0 if doubt else PEOPLE]
    told = "nobody can say whether the proof of wall/2026-W49 to june left"
    assert [one.text.count(told) for one in said] == [int(doubt)] * 2


def test_whoever_signs_only_now_gets_a_proof_first(desk: Desk) -> None:
    """Some readers are June's since the proof went to Dana: no mail under June's name before she has seen it."""
    contacts = desk.root / "var/contacts/contacts.csv"
    written = contacts.read_text("utf-8")
    contacts.write_text(written.replace("june", "dana"), "utf-8")
    assert [str(mail["To"]) for mail in new_proofs(desk)] == ["dana@alder.example"]
    contacts.write_text(written, "utf-8")
    proofs = new_proofs(desk, DAY)
    assert sorted(str(mail["To"]) for mail in proofs) == ["dana@alder.example", "june@alder.example"]
    assert {said_of_changes(mail) for mail in proofs} == {"signature of June Okafor"}
    assert left(desk)[1] == []
    assert new_proofs(desk, DAY) == []
    assert len(left(desk)[1]) == PEOPLE


def test_a_proof_on_demand_names_the_issue_and_a_wrong_name_gets_the_nearest(desk: Desk) -> None:
    """Weeks ahead, of an issue on hold, too; before the first send there is no ledger, and none is made."""
    desk.write({"content/newsletters/wall/2026-12-08.md": "---\nhold: yes\n---\n"})
    for name in ("wall/2026-12-08", "wall/2026-W50"):
        said = json.loads(desk.type("send", "--proof", name, "--json").out)
        assert said == {"issue": "wall/2026-W50", "to": ["dana"]}
    proofs, mails = left(desk)
    assert ([str(mail["To"]) for mail in proofs], mails) == (["dana@alder.example"] * 2, [])
    assert "It is on hold: nobody gets it until that is lifted." in text_of(proofs[0])
    said = desk.type("send", "--proof", "wal/2026-12-08")
    assert (said.code, "Did you mean wall/2026-12-08?" in said.text) == (2, True)
    assert desk.type("send", "--proof", "wall", "--live").code == 2
    assert desk.type("stop", "wall/2026-12-09").code == 2
    assert not (desk.root / "var/ledger.db").exists()


def test_a_test_mail_shows_an_issue_that_waits_for_its_proof(desk: Desk) -> None:
    """Whoever tests it on its day sees it."""
    assert desk.type("send", "--test", "me@alder.example", "--as-of", DAY).code == 0
    assert [str(mail["Subject"]) for mail in left(desk)[1]] == ["TEST: Your wall, Quenby1"]


FROST = "content/tips/frost.md"


def said_of_changes(mail: EmailMessage) -> str:
    """What the proof says of the one before it."""
    assert str(mail["Subject"]).startswith("PROOF, changed: "), mail["Subject"]
    return text_of(mail).partition("Changed since the last proof: ")[2].partition(". ")[0]


def new_proofs(desk: Desk, day: str = EVE) -> list[EmailMessage]:
    """Those that leave with one run, besides all before; the outbox keeps them."""
    before = {str(mail["Message-ID"]) for mail in left(desk)[0]}
    said = desk.type("send", "--as-of", day)
    assert said.code == 0, said.text
    return [mail for mail in left(desk)[0] if str(mail["Message-ID"]) not in before]


def test_a_changed_issue_gets_a_new_proof_that_says_what_changed(desk: Desk) -> None:
    """Once for each edit of what it shows, its look and its signers among it; none for what it does not show, for
    whom it reaches, or for what an earlier proof showed already. Then it goes as it is."""
    assert len(new_proofs(desk)) == 2
    letter, frost = LETTER, FILES[FROST]
    assert frost
    # nothing that a reader of it sees: another item, a rule, a hold that is lifted, more people
    desk.write({"content/tips/moss.md": FILES["content/tips/moss.md"].replace("wet", "damp")})
    desk.write({OWN: "---\nhold: yes\n---\n", FROST: frost.replace("date:", "tags: [ice]\ndate:")})
    assert new_proofs(desk) == []
    desk.write({OWN: None})
    with (desk.root / "var/contacts/contacts.csv").open("a", encoding="utf-8") as contacts:
        contacts.write(contact(PEOPLE + 1) + "\n")
    assert new_proofs(desk) == []
    for files, words in (
        ({"content/newsletters/wall.md": letter.replace("Your wall", "Our wall")}, "subject or preheader"),
        ({FROST: frost.replace("October", "November")}, "text of Before the frost"),
        ({OWN: "A word of today.\n\n/// slot | 1 tip\n"}, "its own text"),
        (
            {"content/team/june.md": FILES["content/team/june.md"].replace("Mason", "Chief")},
            "signature of June Okafor",
        ),
        (
            {"themes/brand.toml": (desk.root / "themes/brand.toml").read_text("utf-8") + "\n"},
            "the look of all mails",
        ),
        (
            {FROST: frost.replace("October", "November").replace("date:", "for: wall 2026-12-01\ndate:")},
            "which items are pinned to it",
        ),
    ):
        desk.write(files)
        assert [said_of_changes(mail) for mail in new_proofs(desk)] == [words] * 2
        assert new_proofs(desk) == []
    desk.write({FROST: frost})
    assert len(new_proofs(desk)) == 2
    desk.write({FROST: frost.replace("October", "November")})
    assert new_proofs(desk) == [], "this state was proved"
    desk.write(
        {
            OWN: None,
            FROST: frost,
            "content/tips/new.md": frost.replace("Before", "After").replace(
                "date: 2026-11-15", "date: 2026-11-29\nwhere: email"
            ),
        }
    )
    waits = f"{ISSUE} waits: changed since its proof (its own text, text of After the frost)."
    assert waits in desk.type("check", "--as-of", DAY).text
    assert [said_of_changes(mail) for mail in new_proofs(desk, DAY)] == [
        "its own text, text of After the frost"
    ] * 2
    assert left(desk)[1] == []
    assert new_proofs(desk, DAY) == []
    mails = left(desk)[1]
    assert len(mails) == PEOPLE + 1
    assert {"After the frost" in text_of(mail) for mail in mails} == {True}
    desk.write({FROST: frost.replace("October", "May"), OWN: "Too late.\n"})
    assert new_proofs(desk, DAY) == [], "it went"


def test_it_goes_an_hour_after_its_proof_at_the_earliest(desk: Desk) -> None:
    """By the clock: edited ten minutes before nine, it waits for its new proof, then an hour; each run says why."""

    def at(clock: str) -> str:
        said = desk.type("send", "--as-of", f"{DAY}T{clock}+00:00")
        assert said.code == 0, said.text
        return said.text

    at("07:00")
    who = f"{ISSUE} to Dana Reyes, June Okafor"
    goes = "it goes on Tue 1 Dec unless somebody holds it"
    assert plan_of_proofs(desk, f"{DAY}T07:30+00:00") == [f"  Sent on Tue 1 Dec  {who}; {goes}"]
    desk.write({OWN: "A word of today.\n\n/// slot | 1 tip\n"})
    changed = (
        f"  {who}: changed since the last proof (its own text); the new one leaves with the next send; {goes}"
    )
    assert plan_of_proofs(desk, f"{DAY}T08:45+00:00") == [changed]
    said = json.loads(desk.type("plan", "--as-of", f"{DAY}T08:45+00:00", "--days", "8", "--json").out)[
        "proofs"
    ]
    assert said == [
        {
            "issue": ISSUE,
            "goes": DAY,
            "to": ["dana", "june"],
            "state": "due",
            "at": "2026-11-30T09:00:00+00:00",
            "waits": False,
            "changed": "its own text",
        },
        {
            "issue": "wall/2026-W50",
            "goes": "2026-12-08",
            "to": ["dana", "june"],
            "state": "coming",
            "at": "2026-12-07T09:00:00+00:00",
            "waits": False,
            "changed": "",
        },
    ]
    assert "waits" not in at("08:50")
    assert [len(one) for one in left(desk)] == [4, 0]
    for clock in ("09:00", "09:49"):
        assert (
            f"{ISSUE} waits: its newest proof has only just left. The first run from an hour after it sends it"
            in at(clock)
        )
        assert left(desk)[1] == []
    assert plan_of_proofs(desk, f"{DAY}T09:30+00:00") == [
        f"  Sent on Tue 1 Dec  {who}; it waits until that was read"
    ]
    late = left(desk)[0][-1]
    assert "It waits for this proof: the first run from an hour after it sends it" in text_of(late)
    assert "waits" not in at("09:50")
    assert [len(one) for one in left(desk)] == [4, PEOPLE]


def test_what_a_proof_of_old_showed_is_not_known_and_it_stays_one(desk: Desk) -> None:
    """A ledger from before proofs remembered what they showed: its proofs are worth what they were worth."""
    desk.type("send", "--as-of", EVE)
    with contextlib.closing(sqlite3.connect(desk.root / "var/ledger.db")) as ledger:
        ledger.execute("UPDATE proofs SET content = '', at = NULL")
        ledger.commit()
    desk.write({OWN: "A word of today.\n\n/// slot | 1 tip\n"})
    desk.type("send", "--as-of", DAY)
    assert [len(one) for one in left(desk)] == [2, PEOPLE]


def test_an_issue_whose_proof_came_to_nothing_is_written_off_with_its_reason(desk: Desk) -> None:
    """Its day went by: nobody got it, and each of them stands in the report."""
    for day in (EVE, DAY):
        desk.type("send", "--as-of", day)
    with contextlib.closing(
        open_ledger(
            "sqlite:///var/ledger.db", root=desk.root, clock=FixedClock(datetime.now(UTC)), ledger_id="alder"
        )
    ) as ledger:
        ledger.lock("dead")
        assert ledger.claim_proof("wall", "2026-W50", "dana", among=("dana", "june"), owner="dead")
        ledger.unlock("dead")
    for moment, code in (("2026-12-08T10:00+00:00", 1), ("2026-12-09T10:00+00:00", 0)):
        assert desk.type("send", "--as-of", moment).code == code
    with contextlib.closing(sqlite3.connect(desk.root / "var/ledger.db")) as db:
        found = db.execute(
            "SELECT t.state, t.reason, count(*) FROM touches t JOIN occasions o ON o.id = t.occasion"
            " WHERE o.occurrence = '2026-W50' GROUP BY 1, 2"
        ).fetchall()
    assert found == [(EXPIRED, "held", PEOPLE)]


def test_the_last_look_holds_an_edition_that_no_proof_showed(desk: Desk) -> None:
    """Should a plan let one through all the same: it is held, with what is new in it, and the others go."""
    desk.type("send", "--as-of", EVE)
    before = load_.load(desk.root, as_of=DAY, clock=SystemClock())
    decided = decide(before, lambda _people: history_of(before, SystemClock()))
    desk.write({FROST: (FILES[FROST] or "").replace("October", "November")})
    now = load_.load(desk.root, as_of=DAY, clock=SystemClock())
    edited = replace(decided, project=now)
    for project, held in ((before, 0), (now, PEOPLE)):
        composed = compose(edited, (), renderer_of(now), unseen=unseen(project, decided.history))
        assert (composed.held, len(composed.edition_of)) == (held, PEOPLE - held)
    assert {one.says.partition("(")[2] for one in composed.problems} == {"text of Before the frost)."}
