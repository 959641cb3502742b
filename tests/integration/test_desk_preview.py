"""The preview on the desk: every mail that comes, as different readers see it, and what can be done there."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from preview_project import CANARY, copied, peopled
from topmind import brand, settings
from topmind.cli.serving import application
from topmind.date_words import DateStyle
from topmind.desk.app import app, own_addresses
from topmind.desk.control_routes import ControlRoutes
from topmind.desk.doing import controls, deeds
from topmind.desk.noting import Noting
from topmind.desk.preview_routes import PreviewRoutes
from topmind.desk.reload import Reload
from topmind.errors import ContentError
from topmind.ledger import open_ledger
from topmind.run.control import Noted
from topmind.run.preview import Watching
from topmind.run.preview.personas import key_of
from topmind.run.preview.watching import Current
from topmind.testing.asgi import WebAnswer, call
from topmind.testing.clock import FixedClock
from topmind.testing.desk import a_last_run

ROOT = Path(__file__).parents[2]
CLOCK = FixedClock()
ISSUE = "/desk/preview/tuesday-fix--2026-W50/a/sample/"
KEY = "k" * 32


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with sixty contacts and an empty ledger."""
    folder = peopled(copied(tmp_path_factory.mktemp("desk")))
    made = settings.load(folder, {})
    open_ledger(made.ledger_url, root=folder, clock=CLOCK, ledger_id=made.project.ledger or "x").close()
    return folder


@pytest.fixture(scope="module")
def watching(root: Path) -> Watching:
    """Its preview, planned."""
    found = Watching(root, as_of=None, clock=CLOCK, environ={}, background=False)
    found.now()
    return found


@pytest.fixture(scope="module")
def desk(root: Path, watching: Watching) -> Starlette:
    """A desk of it on which things can be done."""
    return a_desk(root, watching)


def a_desk(
    root: Path, watching: Watching, now: Callable[[], Current] | None = None, reload: Reload | None = None
) -> Starlette:
    """A desk of a project; `now` where it is another one than that of `watching`."""
    return app(
        site=root / "output",
        outbox=root / "var/outbox",
        brand=brand.load(ROOT),
        company="Harbor & Pine",
        last_run=a_last_run,
        dates=DateStyle("en", "US"),
        preview=PreviewRoutes(
            now=now or watching.now,
            deeds=deeds(watching, None, CLOCK),
            own=own_addresses("https://harborandpine.example"),
            key=KEY,
        ),
        control=ControlRoutes(
            now=now or watching.now,
            noting=Noting(root, Noted, CLOCK),
            controls=controls(watching, None, CLOCK),
            key=KEY,
        ),
        reload=reload,
    )


def get(desk: Starlette, path: str) -> str:
    """A page that is there."""
    answer = call(desk, "GET", path)
    assert answer.status == 200, path
    return answer.text


def post(desk: Starlette, path: str, headers: Mapping[str, str] | None = None, **said: str) -> WebAnswer:
    """A pressed button of a page of this desk."""
    body = urlencode({"key": KEY, **said}).encode()
    return call(desk, "POST", path, body, headers)


def test_every_issue_announcement_and_step_is_listed(desk: Starlette) -> None:
    """By day, with how many get it and how many do not; what has no day comes after."""
    page = get(desk, "/desk/preview/")
    for title in (
        "The Tuesday Fix, December 1, 2026",
        "Home Almanac, December 3, 2026",
        "The Tuesday Fix, December 8, 2026",
        "Who picks up the phone in winter, January 14, 2027",
        "After the first job: Thank you, with a coupon",
    ):
        assert title in page, title
    assert page.index("December 8, 2026</span></h2>") < page.index("Follow-ups")
    assert re.search(r"<strong>\d+</strong> contacts get it, \d+ do not", page)


def test_a_mail_has_everything_around_it(desk: Starlette) -> None:
    """Inbox line, switches, size, who gets it and why not, editions, readers, files."""
    page = get(desk, ISSUE)
    for words in (
        "Your Tuesday Fix, Alma",
        "One small thing for the house, ten minutes at most.",
        "Forced inversion",
        "of 102,000 bytes",
        "no consent",
        "Edition A",
        "A right-to-left name",
        "content/newsletters/tuesday-fix.md",
        "the last issue (The Tuesday Fix, December 1, 2026)",
        "Send the test",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("persona", "words"),
    [
        ("sample", "Good morning Alma"),
        ("no-name", "Good morning neighbor"),
        ("long-name", "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Tamsin"),
        ("right-to-left", "מרים"),
        ("emoji", "🌲"),
    ],
)
def test_each_persona_sees_it_their_way(desk: Starlette, persona: str, words: str) -> None:
    """In the frame and as plain text."""
    base = ISSUE.replace("sample", persona)
    assert words in get(desk, f"{base}light.html")
    assert words in get(desk, base)


def test_a_script_in_a_value_stays_letters(desk: Starlette) -> None:
    """In the subject, the frame, the text and the source."""
    base = "/desk/preview/home-almanac--2026-12/a/script/"
    for page in ("", "light.html", "dark.html", "bare.html", "source/"):
        text = get(desk, base + page)
        assert "alert(" in text or page.endswith(".html")
        assert "<script>" not in text


def test_a_call_and_a_letter_are_shown_to_whoever_does_them(desk: Starlette) -> None:
    """The script as it stands in the morning's mail, the sheet as it is printed; no test mail of either."""
    call_ = "/desk/preview/prospect-welcome--first-call/a/long-name/"
    assert "What to say" in get(desk, f"{call_}light.html")
    assert "Tamsin Thorne" in get(desk, call_)
    letter = "/desk/preview/win-back--letter/a/emoji/"
    assert "Dear Zoë 🌲" in get(desk, f"{letter}light.html")
    assert "topmind tasks print" in get(desk, letter)
    for page in (call_, letter):
        assert "Send the test" not in get(desk, page)
        assert "Hold it" in get(desk, page)


def test_switches_are_links_that_work_without_a_script(desk: Starlette) -> None:
    """The address says how the mail is looked at; what it may not say is not taken."""
    page = get(desk, f"{ISSUE}?look=dark&width=phone&part=text")
    for one in ("look-dark", "width-phone", "part-text"):
        assert re.search(rf'id="{one}" checked', page), one
    assert "?look=dark&amp;width=phone&amp;part=text" in page
    odd = get(desk, f"{ISSUE}?look=%22%3E<script>&width=x")
    assert re.search(r'id="look-light" checked', odd)
    assert "<script>" not in odd


def test_frames_run_nothing_and_pages_only_our_own_file(desk: Starlette) -> None:
    """Policy of the frame: no script at all; of the page: none in its text."""
    frame = call(desk, "GET", f"{ISSUE}dark.html").headers["content-security-policy"]
    assert "default-src 'none'" in frame
    assert "script-src" not in frame
    assert "sandbox allow-popups" in frame
    page = call(desk, "GET", ISSUE).headers["content-security-policy"]
    assert "script-src 'self'" in page
    assert "unsafe-inline" not in page
    assert call(desk, "GET", "/desk/desk.js").headers["content-type"].startswith("text/javascript")


def test_what_is_not_there_is_not_found(desk: Starlette) -> None:
    """Another occasion, edition, persona, copy, comparison."""
    for path in (
        "/desk/preview/nothing/a/sample/",
        ISSUE.replace("/a/", "/zz/"),
        ISSUE.replace("sample", "nobody"),
        ISSUE.replace("sample", "f" * 12),
        f"{ISSUE}other.html",
        f"{ISSUE}against/a%2F/",
        f"{ISSUE}against/zz/",
        f"/desk/preview/contact/{'0' * 12}/",
    ):
        assert call(desk, "GET", path).status == 404, path


def test_an_edition_is_told_from_the_last_issue_and_from_another(desk: Starlette) -> None:
    """Block by block; subject and preheader first."""
    page = get(desk, f"{ISSUE}against/last/")
    assert "Subject, changed" in page
    assert "<ins>" in page
    assert "<del>" in page
    assert "beside The Tuesday Fix, December 1, 2026" in page
    assert "edition B" in get(desk, f"{ISSUE}against/b/")


def test_a_contact_is_looked_up_without_their_name_in_an_address(desk: Starlette) -> None:
    """By name or id, in a form that is posted; every address holds a key that says nothing."""
    first, last, address, number, _ = CANARY
    answer = post(desk, "/desk/preview/contact/", q=f"{last} {first[:4]}")
    key = key_of(number)
    assert f"/desk/preview/contact/{key}/" in answer.text
    assert f"/desk/preview/contact/{key}/" in post(desk, "/desk/preview/contact/", q=number).text
    assert "Nobody has this" in post(desk, "/desk/preview/contact/", q=address).text
    page = get(desk, f"/desk/preview/contact/{key}/")
    assert "Home Almanac" in page or "The Tuesday Fix" in page
    hrefs = re.findall(r'href="([^"]*)"', page)
    assert not [href for href in hrefs if number in href or first.lower() in href.lower()]
    (mail, *_) = [href for href in hrefs if href.endswith(f"/{key}/") and "contact" not in href]
    seen = get(desk, mail)
    assert f"{first[0]}… {last[0]}…" in seen
    for word in CANARY:
        assert word not in seen + get(desk, f"{mail}light.html")


def test_a_form_from_elsewhere_does_nothing(desk: Starlette, root: Path) -> None:
    """Without the key of this desk, or from a page of another origin."""
    for said, headers in (
        ({"key": "x"}, {}),
        ({"key": ""}, {}),
        ({}, {"origin": "https://evil.example"}),
        ({}, {"origin": "http://127.0.0.1:9"}),
        ({}, {"origin": "http://[::1"}),
    ):
        answer = post(desk, ISSUE, headers, **{"do": "test", "to": "you@example.com", **said})
        assert answer.status == 403, said
    assert post(desk, ISSUE, do="x" * 5000).status == 413
    assert post(desk, ISSUE, do="burn").status == 400
    assert not (root / "var/outbox").exists()


def test_a_test_mail_goes_into_the_outbox_and_to_no_ledger(desk: Starlette, root: Path) -> None:
    """Marked, with the persona's values; a wrong address is told on the page."""
    before = (root / "var/ledger.db").read_bytes()
    wrong = post(desk, ISSUE, do="test", to="not an address")
    assert "no address that a mail can go to" in wrong.text
    answer = post(
        desk,
        ISSUE.replace("sample", "emoji"),
        {"origin": "http://127.0.0.1:8000"},
        do="test",
        to="you@example.com",
    )
    assert answer.status == 303
    assert "said=sent" in answer.headers["location"]
    (path,) = (root / "var/outbox").iterdir()
    assert path.name in get(desk, "/desk/outbox/")
    assert b"To: you@example.com" in path.read_bytes()
    assert "TEST: " in get(desk, f"/desk/outbox/{path.name}/")
    assert (root / "var/ledger.db").read_bytes() == before
    shutil.rmtree(root / "var/outbox")


def test_an_occasion_is_held_and_released(desk: Starlette) -> None:
    """The page says so at once, and leads back to the view it came from."""
    assert "Hold it" in get(desk, ISSUE)
    assert "is not stopped" in post(desk, ISSUE, do="release").text
    held = post(desk, f"{ISSUE}?look=dark", do="hold")
    assert held.headers["location"].endswith("?look=dark&said=held")
    page = get(desk, f"{ISSUE}?said=held")
    for words in ("Held. Nothing of it leaves", "on hold", "Release it"):
        assert words in page, words
    assert post(desk, ISSUE, do="release").status == 303
    assert "Hold it" in get(desk, ISSUE)


def test_a_button_asks_the_ledger_again(root: Path, watching: Watching) -> None:
    """What it says of stops and proofs is kept between two pages, but not over what somebody does."""
    asked: list[str] = []

    def read() -> Noted:
        asked.append("read")
        return Noted()

    does = replace(deeds(watching, None, CLOCK), hold=lambda _name: None)
    noting = Noting(root, read, CLOCK)
    routes = PreviewRoutes(now=watching.now, deeds=does, noting=noting, key=KEY)
    desk = app(
        site=root, outbox=root, brand=brand.load(ROOT), company="x", last_run=a_last_run, preview=routes
    )
    for _ in range(2):
        get(desk, ISSUE)
    assert asked == ["read"]
    assert post(desk, ISSUE, do="hold").status == 303
    get(desk, ISSUE)
    assert asked == ["read", "read"]


def test_a_page_carries_what_it_is_made_of(root: Path, watching: Watching) -> None:
    """A plan that is ready while a page is being made is told to that page: it carries the state that it shows. What was
    asked for with a form is no page that could be asked for once more."""
    reload = Reload(root, read=watching.now, build=lambda: "", version=lambda: watching.version)
    shown: list[int] = []

    def now() -> Current:
        current = watching.now()
        shown.append(current.version)
        watching.stopped(frozenset())
        return current

    desk = a_desk(root, watching, now, reload)
    look_up = f"/desk/preview/contact/{key_of('0001')}/"
    for path in (
        "/desk/preview/",
        "/desk/findings/",
        "/desk/preview/contact/",
        look_up,
        ISSUE,
        f"{ISSUE}source/",
        f"{ISSUE}against/last/",
        "/desk/",
        "/desk/stop/",
        "/desk/approve/",
        "/desk/preview/nothing/a/sample/",
        f"{look_up}nothing/",
    ):
        asked = len(shown)
        page = call(desk, "GET", path).text
        assert f'data-desk="{reload.mark(shown[asked])}" defer' in page, path
        assert reload.mark(shown[-1]) not in reload.state()
    assert (
        f'data-desk="{reload.mark(shown[-1] + 1)}" data-posted defer'
        in post(desk, "/desk/preview/contact/", q="1").text
    )
    other = Reload(root, read=watching.now, build=lambda: "", version=reload.version)
    assert other.state() != reload.state(), "another server may count as many changes"


def test_a_plan_is_not_cut_off_at_the_end(root: Path) -> None:
    """Whoever asks for it, even a thread that is cut off itself: DuckDB would end the process with a message of its own."""
    watching = Watching(root, as_of=None, clock=CLOCK, environ={})
    with watching.calm:
        asks = threading.Thread(target=watching.now, daemon=True)
        asks.start()
        asks.join()
        [plans] = [one for one in threading.enumerate() if one.name == "topmind-preview"]
    assert not plans.daemon
    watching.settled()


def test_what_is_written_shows_with_the_next_page(tmp_path: Path) -> None:
    """A changed file is seen; one with a mistake is a finding on its line, and everything else is still shown."""
    root = copied(tmp_path)
    watching = Watching(root, as_of=None, clock=CLOCK, environ={}, background=False)
    before = watching.now()
    assert watching.now() is before
    letter = root / "content/newsletters/tuesday-fix.md"
    letter.write_text(letter.read_text("utf-8").replace("Your Tuesday Fix", "Your new Fix"), "utf-8")
    one = watching.now().preview.named("tuesday-fix--2026-W50")
    mailer = watching.now().mailer
    assert one is not None
    assert mailer is not None
    seen = mailer.mail(one.showings[0].edition, watching.now().preview.personas[0])
    assert seen.subject == "Your new Fix, Alma"
    tip = root / "content/tips/dryer-vent.md"
    tip.write_text(tip.read_text("utf-8") + "\n/// calout | Tip\nx\n///\n", "utf-8")
    broken = watching.now()
    assert any(found.path == "content/tips/dryer-vent.md" and found.line for found in broken.preview.findings)
    assert broken.preview.named("tuesday-fix--2026-W50") is not None
    conf = (root / "pelicanconf.py").read_text("utf-8")
    (root / "pelicanconf.py").write_text("TIMEZONE = (", "utf-8")
    stuck = watching.now().preview
    assert stuck.named("tuesday-fix--2026-W50") is not None
    assert [found.path.partition(":")[0] for found in stuck.findings] == ["pelicanconf.py"]
    (root / "pelicanconf.py").write_text(conf, "utf-8")
    (root / "content/company.md").unlink()
    gone = watching.now().preview
    assert (gone.catalog, gone.coming) == (None, ())
    assert gone.findings


def test_findings_lead_to_their_mails(root: Path, watching: Watching, desk: Starlette) -> None:
    """By file, with its line, and the mails in which its words stand."""
    path = "content/newsletters/tuesday-fix.md"
    from topmind.model import Level, Problem

    found = Problem(rule="x/y", level=Level.WARNING, path=path, line=7, says="Too long.", fix="Say less.")
    current = watching.now()
    preview = replace(current.preview, findings=(found,))
    shown = app(
        site=root,
        outbox=root,
        brand=brand.load(ROOT),
        company="x",
        last_run=lambda: None,
        preview=PreviewRoutes(now=lambda: replace(current, preview=preview)),
    )
    page = get(shown, "/desk/findings/")
    assert f"{path}:7" in page
    assert f'href="{ISSUE}"' in page
    mail = get(shown, ISSUE)
    assert "Too long." in mail
    assert "Send the test" not in mail
    assert call(shown, "POST", ISSUE, b"").status == 403
    assert "no problems" in get(desk, "/desk/findings/").lower() or "<code" in get(desk, "/desk/findings/")


def test_the_desk_opens_on_files_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is where they are shown; without a company there is nothing to open."""
    root = copied(tmp_path)
    tip = root / "content/tips/dryer-vent.md"
    tip.write_text(tip.read_text("utf-8") + "\n/// calout | Tip\nx\n///\n", "utf-8")
    shown = application(root, as_of=None, host="127.0.0.1")[0]
    assert "under Findings" in capsys.readouterr().out
    assert "calout" in get(shown, "/desk/findings/")
    assert "The Tuesday Fix" in get(shown, "/desk/preview/")
    assert "error stops the next run" in get(shown, "/desk/preview/")
    assert "Nobody can be counted while an error stands" in get(shown, "/desk/preview/")
    assert "mends 1 of them" in get(shown, "/desk/findings/")
    (root / "content/company.md").unlink()
    with pytest.raises(ContentError):
        application(root, as_of=None, host="127.0.0.1")
