"""Control on the desk: what stops, waits, is proved, readied and corrected there, and what somebody got, and why."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from starlette.applications import Starlette

from played import Desk
from small_company import FILES, a_company
from topmind.desk.app import app
from topmind.desk.control_routes import ControlRoutes
from topmind.desk.doing import controls
from topmind.desk.export import export
from topmind.desk.noting import Noting
from topmind.desk.opening import open_desk
from topmind.run import load
from topmind.run.control import Noted
from topmind.run.preview import Watching
from topmind.run.preview.personas import key_of
from topmind.run.preview.public import public
from topmind.testing.asgi import WebAnswer, call
from topmind.testing.clock import FixedClock
from topmind.testing.desk import a_last_run

CLOCK = FixedClock()
WALL = FILES["content/newsletters/wall.md"]
#: Two more letters: one waits for a word, one for its proof.
LETTERS = {
    "content/newsletters/yard.md": WALL.replace("id: wall", "id: yard\napprove: ready")
    .replace("The Wall", "The Yard")
    .replace("Tuesday", "Thursday"),
    "content/newsletters/gate.md": WALL.replace("id: wall", "id: gate\napprove: proof")
    .replace("The Wall", "The Gate")
    .replace("Tuesday", "Friday"),
    # the pages that their mails link to are published
    "output/.topmind/manifest.json": json.dumps(
        {
            "files": [f"tips/{name}/index.html" for name in ("damp", "moss", "frost")]
            + ["promotions/joints/index.html"]
        }
    ),
}
YARD = "/desk/preview/yard--2026-W49/a/sample/"
GATE = "/desk/preview/gate--2026-W49/a/sample/"
OWN = "content/newsletters/yard/2026-12-03.md"


@dataclass(frozen=True)
class Seen:
    """A company's desk, and somebody who looks at it and types beside it."""

    app: Starlette
    hand: Desk

    def get(self, path: str) -> str:
        """A page that is there."""
        answer = call(self.app, "GET", path)
        assert answer.status == 200, path
        return answer.text.split("</style>")[1]

    def press(self, path: str, **said: str) -> WebAnswer:
        """A button of the page at `path`."""
        key = re.search(r'name="key" value="([^"]+)"', call(self.app, "GET", path).text)
        assert key is not None, path
        return call(self.app, "POST", path, urlencode({"key": key[1], **said}).encode())

    def after(self, path: str, **said: str) -> str:
        """The page that a pressed button leads to."""
        answer = self.press(path, **said)
        assert answer.status == 303, answer.text
        return self.get(answer.headers["location"])


def seen(root: Path) -> Seen:
    """Its desk, whose plan never lags behind."""
    watching = Watching(root, as_of=None, clock=CLOCK, background=False)
    project = load.load(root, as_of=None, clock=CLOCK)
    return Seen(open_desk(project, CLOCK, watching=watching), Desk(root))


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """After the Tuesday's send."""
    root = a_company(tmp_path_factory.mktemp("sent"), LETTERS, people=8)
    assert Desk(root).type("send").code == 0
    return seen(root)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A first run that is larger than any before."""
    return seen(a_company(tmp_path_factory.mktemp("large"), people=120))


# -- stop and resume -------------------------------------------------------------------------------------------


def test_every_mail_is_stopped_and_goes_on(sent: Seen) -> None:
    """Asked first; every page says who, since when and why; the command sees the same stop, and resumes it."""
    for page in ("/desk/", "/desk/preview/", "/desk/outbox/", YARD):
        assert '<a class="halt small" href="/desk/stop/"' in sent.get(page)
        assert "Every mail is stopped" not in sent.get(page)
    assert "Nothing is stopped before you press" in sent.get("/desk/stop/")
    assert sent.hand.type("stop", "nothing-of-that-name").code == 2
    assert "no name of an occasion" in sent.press("/desk/stop/", do="stop", name="all\0").text
    said = sent.after(
        "/desk/stop/", do="stop", name="all", why="The <b>price</b>\nis\0 \x1bwrong.", by="Dana"
    )
    assert "Stopped. A run that is sending" in said
    for page in ("/desk/", "/desk/preview/", "/desk/outbox/", YARD, "/desk/nothing"):
        text = call(sent.app, "GET", page).text
        assert "by Dana. The &lt;b&gt;price&lt;/b&gt; is wrong." in text, page
    said = sent.hand.type("resume", "all")
    assert (said.code, "all goes on" in said.text) == (0, True)
    assert "Every mail is stopped" not in sent.get("/desk/")
    sent.hand.type("stop", "all", "--by", "june", "--why", "Fire in the shop.")
    assert "by june. Fire in the shop." in sent.get("/desk/")
    assert "Resumed." in sent.after("/desk/stop/", do="resume", name="all")
    assert "Every mail is stopped" not in sent.get("/desk/")
    assert "Stopped. A run" not in sent.get("/desk/stop/?said=stopped"), "it is resumed"


def test_one_newsletter_is_stopped_as_a_whole(sent: Seen) -> None:
    """Without a banner; each of its issues is on hold."""
    text = sent.after("/desk/stop/", do="stop", name="gate")
    assert "<strong>The Gate</strong>" in text
    assert 'aria-label="Every mail is stopped"' not in text
    assert "Nothing of it leaves at the moment." in sent.get(GATE)
    assert "Resumed." in sent.after("/desk/stop/", do="resume", name="gate")
    assert "Hold it" in sent.get(GATE)
    assert "is not stopped" in sent.press("/desk/stop/", do="resume", name="gate").text


def test_a_page_of_an_earlier_stop_resumes_no_later_one(sent: Seen) -> None:
    """Resumed and stopped anew meanwhile: why comes first, then the button."""
    sent.hand.type("stop", "gate", "--why", "A wrong price.")
    (old,) = re.findall(r'name="since" value="([^"]+)"', sent.get("/desk/stop/"))
    sent.hand.type("resume", "gate")
    sent.hand.type("stop", "gate", "--why", "A fire.")
    text = sent.press("/desk/stop/", do="resume", name="gate", since=old).text
    assert "It was stopped anew since you looked" in text
    assert ": A fire." in text
    (now,) = re.findall(r'name="since" value="([^"]+)"', text)
    assert "Resumed." in sent.after("/desk/stop/", do="resume", name="gate", since=now)


def test_what_cannot_be_done_is_told_with_what_was_typed(sent: Seen) -> None:
    """An unknown name, another button, no key."""
    text = sent.press("/desk/stop/", do="stop", name="gat", why="Typed once.").text
    assert "Did you mean gate?" in text
    assert 'value="Typed once."' in text
    assert sent.press("/desk/stop/", do="burn", name="all").status == 400
    for page in ("/desk/stop/", "/desk/approve/", "/desk/correction/?of=wall+2026-12-01"):
        assert call(sent.app, "POST", page, b"do=stop&name=all").status == 403, page


# -- approve ---------------------------------------------------------------------------------------------------


def test_a_large_run_waits_for_whoever_looked_at_it(large: Seen) -> None:
    """Its figures and what it is made of; only the very plan that was shown goes, and only where somebody says so."""
    assert 'href="/desk/approve/">Look at it' in large.get("/desk/preview/")
    page = large.get("/desk/approve/")
    for words in ("<b>120</b> mails in this run", "nothing was sent before", "The Wall, 1 December 2026"):
        assert words in page, words
    plan = re.search(r'name="plan" value="([0-9a-f]{64})"', page)
    assert plan is not None
    assert "Tick that you have looked" in large.press("/desk/approve/", plan=plan[1]).text
    for other in ("", "0" * 64, plan[1][:12]):
        text = large.press("/desk/approve/", plan=other, sure="yes").text
        assert "The plan has changed since you looked" in text
        assert f'value="{plan[1]}"' in text
    large.hand.write({"content/tips/new.md": "---\ntitle: New\ndate: 2026-11-30\n---\nA new tip.\n"})
    text = large.press("/desk/approve/", plan=plan[1], sure="yes").text
    assert "The plan has changed since you looked" in text
    new = re.search(r'name="plan" value="([0-9a-f]{64})"', text)
    assert new is not None
    assert new[1] != plan[1]
    done = large.after("/desk/approve/", plan=new[1], sure="yes")
    assert "It may go" in done
    assert "has let this very plan go" in done
    assert "Look at it" not in large.get("/desk/preview/")
    assert "approve" not in large.hand.type("plan").text.partition("Plan hash")[2]


def test_today_says_that_a_real_run_waits(large: Seen) -> None:
    """Only where mail is real: the outbox goes on anyway."""
    assert "waits for your word" not in large.get("/desk/preview/").replace("would wait", "")
    watching = Watching(large.hand.root, as_of=None, clock=CLOCK, background=False)
    current = watching.now()
    assert current.people is not None
    assert current.people.wait is not None
    wait = replace(current.people.wait, surge=True, approved=False, transport="ses")
    there = replace(current, people=replace(current.people, wait=wait))
    shown = app(
        site=large.hand.root,
        outbox=large.hand.root,
        brand=current.brand,
        company="x",
        last_run=a_last_run,
        control=ControlRoutes(
            now=lambda: there,
            noting=Noting(large.hand.root, Noted, CLOCK),
            controls=controls(watching, None, CLOCK),
            key="k",
        ),
    )
    page = call(shown, "GET", "/desk/").text
    assert "The next run waits for your word." in page
    assert f"It would send {wait.mails} mails; nothing was sent before." in page


def test_an_ordinary_run_waits_for_nobody(sent: Seen) -> None:
    """The page says so, and has no button."""
    page = sent.get("/desk/approve/?said=approved")
    assert "It may go" not in page
    assert "no larger than usual" in page
    assert "<button" not in page


# -- ready -----------------------------------------------------------------------------------------------------


def test_ready_is_said_and_taken_back(sent: Seen) -> None:
    """In the issue's own file, which is made for it; a file that is there keeps every other byte."""
    waiting = sent.get("/desk/preview/").count("waits for your ready")
    assert "It waits for your ready." in sent.get(YARD)
    page = sent.after(YARD, do="ready")
    assert "commit the file and push it" in page
    assert (sent.hand.root / OWN).read_text() == "---\nready: yes\n---\n"
    assert sent.get("/desk/preview/").count("waits for your ready") == waiting - 1
    assert "on hold" not in sent.get(YARD)
    assert "not ready any more" in sent.after(YARD, do="not-ready")
    assert (sent.hand.root / OWN).read_text() == "---\nready: no\n---\n"
    sent.hand.write({OWN: "---\nhold: yes\n---\nMine.\n"})
    sent.after(YARD, do="ready")
    assert (sent.hand.root / OWN).read_text() == "---\nhold: yes\nready: yes\n---\nMine.\n"
    assert "Its file holds it, too" in sent.get(YARD)
    assert "waits for nobody" in sent.press(GATE, do="ready").text
    sent.hand.write({OWN: None})
    folder = (sent.hand.root / OWN).parent
    folder.rmdir()
    folder.write_text("A file where its folder would be.")
    text = sent.press(YARD, do="ready").text
    assert "It cannot be written: Not a directory. Nothing was done." in text
    folder.unlink()


# -- proof -----------------------------------------------------------------------------------------------------


def test_a_proof_is_foretold_and_sent_now(sent: Seen) -> None:
    """When it goes and to whom; one more leaves at a press, and counts for nothing."""
    page = sent.get(GATE)
    assert "Its proof goes on 3 December, after 09:00, to Dana Reyes" in page
    before = sent.hand.mails()
    assert "The proof has left" in sent.after(GATE, do="proof")
    new = [name for name in sent.hand.mails() if name not in before]
    assert new
    assert all(b"PROOF: " in (sent.hand.root / "var/outbox" / name).read_bytes() for name in new)
    assert "Its proof goes on 3 December" in sent.get(GATE)
    assert "None goes by itself" in sent.get(YARD)


def test_a_proof_that_left_is_told(tmp_path: Path) -> None:
    """To whom, and when."""
    root = a_company(tmp_path, LETTERS, people=2)
    assert Desk(root).type("send", "--as-of", "2026-12-03").code == 0
    shown = seen(root)
    page = shown.get(GATE)
    assert re.search(r"Its proof went to Dana Reyes on \d", page)
    assert "It goes at its time, an hour after its proof at the earliest" in page
    assert "Send a proof now" in page
    assert "It was changed since" not in page
    letter = root / "content/newsletters/gate.md"
    letter.write_text(letter.read_text("utf-8").replace("Good morning", "Good evening"), "utf-8")
    assert "It was changed since: another proof goes" in shown.get(GATE)


# -- a correction ----------------------------------------------------------------------------------------------


def test_a_correction_is_begun_where_somebody_got_the_wrong_one(sent: Seen) -> None:
    """The file that the command writes, with what comes next; nothing of it goes yet."""
    index = sent.get("/desk/preview/")
    (link,) = re.findall(r'href="(/desk/correction/\?of=wall[^"]+)"', index)
    assert f'href="{link}"' in sent.get("/desk/preview/wall--2026-W49/a/sample/")
    assert re.search(r"which \d contacts have", sent.get(link))
    assert "Give it a title" in sent.press(link, title="  ").text
    page = sent.after(link, title="The right\nnumber\0")
    path = "content/articles/2026-12-01-the-right-number.md"
    assert path in page
    assert "status: draft" in page
    written = (sent.hand.root / path).read_text("utf-8")
    assert "title: The right number\n" in written
    assert "corrects: wall 2026-12-01\n" in written
    assert "is there already" in sent.press(link, title="The right number").text
    (sent.hand.root / path).unlink()
    for odd in ("of=wall+2026-11-03", "of=", "of=wall+2026-12-01&made=../x", f"of=x&made={quote(path)}"):
        assert call(sent.app, "GET", f"/desk/correction/?{odd}").status == 404, odd


# -- why of the past -------------------------------------------------------------------------------------------


def test_what_somebody_got_and_why(sent: Seen) -> None:
    """Each touch in plain words, one press to why: the same lines that the command gives; nobody's address."""
    row = (sent.hand.root / "var/contacts/contacts.csv").read_text("utf-8").splitlines()[1]
    contact = row.partition(",")[0]
    base = f"/desk/preview/contact/{key_of(contact)}/"
    page = sent.get(base)
    assert "The last valuable one: 1 December 2026." in page
    for words in ("How they stand", "promise: a valuable touch every 30 days"):
        assert words in page, words
    found = re.search(rf'href="({base}[0-9a-f]{{32}}/)">The Wall, 1 December 2026</a>', page)
    assert found is not None
    why = sent.get(found[1])
    told = sent.hand.root and _why(sent, contact)
    # its day is a name for it, too
    named = _why(sent, contact, "wall/2026-12-01")
    assert ("wall/2026-W49" in named, "What comes" in named) == (True, False)
    shown = re.findall(r"<li>([^<]+)</li>", why)
    for line in shown:
        if ":" in line and "_" not in line:
            assert line.replace("&#39;", "'").replace("&amp;", "&") in told, line
    assert "· email · sent" in why
    (mail,) = re.findall(r'href="/desk/outbox/([^"/]+)/"', why)
    assert mail in sent.hand.mails()
    assert "@" not in page + why
    assert call(sent.app, "GET", f"{base}{'0' * 32}/").status == 404
    assert call(sent.app, "GET", f"/desk/preview/contact/{'0' * 12}/{'0' * 32}/").status == 404


def _why(sent: Seen, contact: str, occasion: str | None = None) -> str:
    """What the command says."""
    from topmind.run import why

    return why.story(sent.hand.root, contact, occasion, as_of=None, clock=CLOCK).text()


def test_somebody_new_has_got_nothing(large: Seen) -> None:
    """Before the first send nobody was sent anything; what is held from them today says by what."""
    row = (large.hand.root / "var/contacts/contacts.csv").read_text("utf-8").splitlines()[1]
    base = f"/desk/preview/contact/{key_of(row.partition(',')[0])}/"
    page = large.get(base)
    assert "Not today" not in page
    assert "Nothing was ever sent to them from here." in page
    assert "Nothing of value so far." in page
    large.hand.write({"content/newsletters/wall/2026-12-01.md": "---\nhold: yes\n---\n"})
    assert re.search(r"Not today</h2>.*?The Wall, 1 December 2026<br>.*?on hold", large.get(base), re.DOTALL)
    large.hand.write({"content/newsletters/wall/2026-12-01.md": None})


def test_files_of_it_show_nobody_and_have_no_button(sent: Seen, tmp_path: Path) -> None:
    """An export has no past, no stop and no form."""
    done = export(public(sent.hand.root, as_of=None, clock=CLOCK, environ={}), tmp_path / "files")
    pages = [path for path in done.folder.rglob("index.html") if "source" not in path.parts]
    for path in pages:
        text = path.read_text("utf-8")
        for word in ("/desk/stop/", "Before it goes", 'method="post"', "Gone out lately", "/desk/approve/"):
            assert word not in text, (path, word)
    assert "waits for your ready" in (done.folder / "preview/index.html").read_text("utf-8")
