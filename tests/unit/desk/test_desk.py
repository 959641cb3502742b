"""The desk: what it shows, and what it never gives away."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from topmind import brand, live
from topmind.desk import outbox
from topmind.desk.app import PER_PAGE, app
from topmind.desk.last_run import TaskRow, read
from topmind.desk.server import serve
from topmind.errors import UsageError
from topmind.links import KeyRing, Links
from topmind.model import LinkContext
from topmind.testing.asgi import call
from topmind.testing.clock import FixedClock
from topmind.testing.desk import a_last_run, a_site, an_eml

ROOT = Path(__file__).parents[3]
BRAND = brand.load(ROOT)
NAME = f"{0:032x}-1.eml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a built site, one mail and a secret beside them."""
    a_site(tmp_path / "output")
    an_eml(tmp_path / "var/outbox")
    (tmp_path / "var/keys.json").write_text("secret")
    (tmp_path / "secret.html").write_text("secret")
    return tmp_path


def desk(project: Path, **over: Any) -> Starlette:
    """The desk of that folder after an ordinary Tuesday."""
    arguments: dict[str, Any] = {
        "site": project / "output",
        "outbox": project / "var/outbox",
        "brand": BRAND,
        "company": "Harbor & Pine",
        "last_run": a_last_run,
        "site_url": "https://harborandpine.example",
    }
    return app(**{**arguments, **over})


def test_the_site_is_served_as_it_was_built(project: Path) -> None:
    """Folders by their index, a 404 page of its own, nothing cached."""
    shown = desk(project)
    assert "Harbor &amp; Pine" in call(shown, "GET", "/").text
    assert "Dry gutters" in call(shown, "GET", "/tips/gutters/").text
    missing = call(shown, "GET", "/tips/nothing/")
    assert (missing.status, "No such page" in missing.text) == (404, True)
    assert call(shown, "GET", "/").headers["cache-control"] == "no-cache"


def test_a_site_that_is_not_built_yet_says_so(tmp_path: Path) -> None:
    """The desk opens before the first build, and shows the site as soon as it is there."""
    shown = desk(tmp_path)
    before = call(shown, "GET", "/")
    assert (before.status, "topmind build" in before.text) == (404, True)
    a_site(tmp_path / "output")
    assert call(shown, "GET", "/").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/tips/../../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "//etc/passwd",
        "/desk/outbox/../keys.json/",
        "/desk/outbox/..%2fkeys.json/html",
        "/desk/outbox/keys.json/eml",
        f"/desk/outbox/{NAME.upper()}/eml",
        f"/desk/outbox/{NAME}%0a/eml",
    ],
)
def test_nothing_outside_is_served(project: Path, path: str) -> None:
    """No way up, no file with another name."""
    from urllib.parse import unquote

    for form in {path, unquote(path)}:
        answer = call(desk(project), "GET", form)
        assert answer.status == 404, form
        assert "secret" not in answer.text


def test_a_link_in_the_outbox_is_not_followed(project: Path) -> None:
    """A file that only points elsewhere is no mail."""
    name = f"{7:032x}-1.eml"
    (project / "var/outbox" / name).symlink_to(project / "var/keys.json")
    assert call(desk(project), "GET", f"/desk/outbox/{name}/eml").status == 404
    assert name not in call(desk(project), "GET", "/desk/outbox/").text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""]
)
def test_other_names_of_this_server_are_refused(project: Path, host: str) -> None:
    """A page elsewhere that had its name point here reads nothing (DNS rebinding)."""
    for path in ("/", "/desk/", f"/desk/outbox/{NAME}/eml"):
        answer = call(desk(project), "GET", path, headers={"host": host})
        assert answer.status == 400
        assert "Harbor" not in answer.text


def test_both_names_of_this_machine_work(project: Path) -> None:
    """With and without a port."""
    for host in ("localhost", "localhost:8000", "127.0.0.1:8123"):
        assert call(desk(project), "GET", "/desk/", headers={"host": host}).status == 200


def test_an_overdue_task_says_so(project: Path) -> None:
    """A count with its representative, nobody's name; what is still in time is not marked."""
    rows = [
        TaskRow(owner="june", title="Check-in", channel="call", last_day=date(2026, 11, day), count=day)
        for day in (28, 30)
    ]
    late = desk(project, last_run=lambda: a_last_run(tasks=tuple(rows)))
    text = call(late, "GET", "/desk/").text
    assert text.count("<strong>overdue</strong><br>since") == 2
    assert "overdue" not in call(desk(project), "GET", "/desk/").text


def test_today_shows_counts_calendar_findings_and_tasks(project: Path) -> None:
    """Everything the last run wrote down, and an alarm for what is not proven."""
    text = call(desk(project), "GET", "/desk/").text
    for words in (
        "Tuesday, 1 December 2026",
        "<b>1198</b> mails accepted",
        'class="alarm"><b>2</b> not proven',
        "not for them: no consent",
        "Today and the next 13 days",
        "410 prospects have nothing new to get",
        "The subject has 71 characters",
        "call: Check-in",
        "<b>11</b> open tasks",
    ):
        assert words in text, words
    assert "The last run says" not in text
    waits = replace(a_last_run().findings[0], rule="proof/late", says="home-almanac/2026-12 waits.")
    told = call(desk(project, last_run=lambda: a_last_run(findings=(waits,))), "GET", "/desk/").text
    assert "<strong>The last run says.</strong> home-almanac/2026-12 waits." in told
    calm = a_last_run(counts={**a_last_run().counts, "unknown": 0})
    assert (
        "alarm" not in call(desk(project, last_run=lambda: calm), "GET", "/desk/").text.split("</style>")[1]
    )


def test_the_plan_is_by_occasion_and_reason(project: Path) -> None:
    """Each occasion with its due contacts and the reasons of all others."""
    text = call(desk(project), "GET", "/desk/plan/").text
    assert "The Tuesday Fix, 1 December 2026" in text
    assert "<strong>1180</strong> due" in text
    assert "pending: 301 too soon after the last one" in text
    letter, visit = a_last_run().occasions
    went = a_last_run(occasions=(replace(letter, due=0, done=1180), replace(visit, due=2, done=9)))
    text = call(desk(project, last_run=lambda: went), "GET", "/desk/plan/").text
    assert "<strong>1180</strong> sent today" in text
    assert "<strong>9</strong> given to somebody as tasks, <strong>2</strong> still due" in text


def test_before_the_first_run_the_desk_says_what_to_do(project: Path) -> None:
    """No file is no error; a file of another shape says so."""
    path = project / "var/last-run.json"
    shown = desk(project, last_run=lambda: read(path))
    for page in ("/desk/", "/desk/plan/"):
        assert "topmind send" in call(shown, "GET", page).text
    path.write_text("{}")
    assert "another shape" in call(shown, "GET", "/desk/").text
    path.write_text(a_last_run().to_json())
    assert "1 December" in call(shown, "GET", "/desk/").text


def test_the_outbox_lists_and_searches(project: Path) -> None:
    """Newest first, a page at a time; words are looked for in subject, sender and recipient."""
    for number in range(1, PER_PAGE + 5):
        path = an_eml(project / "var/outbox", number)
        os.utime(path, (number, number))
    (project / "var/outbox/notes.txt").write_text("not a mail")
    first = call(desk(project), "GET", "/desk/outbox/").text
    assert f"{PER_PAGE + 5} mails" in first
    assert first.count('class="mail"') == PER_PAGE
    assert "notes.txt" not in first
    assert first.index("no. 0") < first.index(f"no. {PER_PAGE + 4}") < first.index(f"no. {PER_PAGE}")
    second = call(desk(project), "GET", "/desk/outbox/?page=2").text
    assert second.count('class="mail"') == 5
    found = call(desk(project), "GET", "/desk/outbox/?q=SAM7@").text
    assert found.count('class="mail"') == 1
    for odd in ("page=0", "page=-1", "page=99999999999", "page=x", "page=²", "q=%3Cscript%3E"):
        answer = call(desk(project), "GET", f"/desk/outbox/?{odd}")
        assert answer.status == 200
        assert "<script>" not in answer.text


def test_the_outbox_says_when_and_what_each_mail_is_of(project: Path) -> None:
    """A heading for each day, the title of the newsletter or announcement; what has none is said as it stands."""
    folder = project / "var/outbox"
    an_eml(folder, 1, date="Mon, 30 Nov 2026 15:07:00 +0000", list_id='"H & P" <articles-line.example.com>')
    an_eml(folder, 2, date="Mon, 30 Nov 2026 15:07:00 +0000", list_id="<gone.example.com>")
    an_eml(folder, 3, date="soon", list_id="")
    for number in range(4):
        os.utime(folder / f"{number:032x}-1.eml", (9 - number, 9 - number))
    shown = desk(project, sources={"tuesday-fix": "The Tuesday Fix", "articles/line": "Who picks up"})
    page = re.sub(r"<[^>]+>", " ", call(shown, "GET", "/desk/outbox/").text.partition("<main")[2])
    words = [
        "Tuesday, 1 December 2026",
        "The Tuesday Fix",
        "Monday, 30 November 2026",
        "Who picks up",
        "gone",
        "No day",
    ]
    assert [page.index(word) for word in words] == sorted(page.index(word) for word in words)
    assert page.count("30 November") == 1


def test_a_mail_shows_its_parts_and_its_bytes(project: Path) -> None:
    """HTML in a frame without scripts, plain text, all headers, and the very file."""
    page = call(desk(project), "GET", f"/desk/outbox/{NAME}/").text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "Hi Sam, read: https://harborandpine.example/tips/gutters/" in page
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in page
    html = call(desk(project), "GET", f"/desk/outbox/{NAME}/html")
    assert "script-src" not in html.headers["content-security-policy"]
    assert html.headers["content-security-policy"].startswith("default-src 'none'")
    assert "sandbox allow-popups" in html.headers["content-security-policy"]
    assert '<base target="_blank">' in html.text
    assert 'src="/images/roof.png"' in html.text  # the site's own picture shows before it is published
    assert 'href="/u/token"' in html.text  # made for a desk on another port
    file = call(desk(project), "GET", f"/desk/outbox/{NAME}/eml")
    assert file.body == (project / "var/outbox" / NAME).read_bytes()
    assert file.headers["content-type"] == "message/rfc822"


def test_hostile_words_in_a_mail_stay_words(project: Path) -> None:
    """A subject or a text with markup is shown, not run."""
    an_eml(project / "var/outbox", 3, subject="<script>alert(1)</script>", text="</pre><script>x</script>")
    name = f"{3:032x}-1.eml"
    for path in ("/desk/outbox/", f"/desk/outbox/{name}/"):
        assert "<script>" not in call(desk(project), "GET", path).text


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"Subject: =?x?q?=FF?=\r\nContent-Type: text/html; charset=no\r\n\r\nx"]
)
def test_a_broken_mail_breaks_no_page(project: Path, raw: bytes) -> None:
    """Whatever lies in the outbox, the list and the mail open."""
    name = f"{5:032x}-1.eml"
    (project / "var/outbox" / name).write_bytes(raw)
    assert call(desk(project), "GET", "/desk/outbox/").status == 200
    assert call(desk(project), "GET", f"/desk/outbox/{name}/").status == 200


def test_desk_pages_keep_to_themselves(project: Path) -> None:
    """Not stored, no referrer, in nobody's frame, nothing loaded from elsewhere."""
    for path in ("/desk/", "/desk/plan/", "/desk/outbox/", f"/desk/outbox/{NAME}/", "/desk/nothing"):
        headers = call(desk(project), "GET", path).headers
        assert headers.get("cache-control") in {"no-store", "no-cache"}
        if headers["cache-control"] == "no-store":
            assert headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_desk_writes_nothing(project: Path) -> None:
    """No page of its own takes a POST."""
    for path in ("/", "/desk/", "/desk/outbox/", f"/desk/outbox/{NAME}/"):
        assert call(desk(project), "POST", path, b"x=1").status == 405


def test_links_in_mails_work_on_the_desk(project: Path) -> None:
    """The live pages answer at their paths: GET shows, POST writes, and a mail opens in the browser."""
    kept: list[Mapping[str, str]] = []

    class Inbox:
        """Keeps entries."""

        def put(self, entry: Mapping[str, str]) -> None:
            """Keep one."""
            kept.append(entry)

    links = Links(KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,)), "")
    pages = live.app(
        inbox=Inbox(),
        links=links,
        brand=BRAND,
        company="Harbor & Pine",
        clock=FixedClock(),
        view=lambda who: outbox.of_touch(project / "var/outbox", who.touch_hex),
    )
    shown = desk(project, live=pages)
    who = LinkContext(contact="c0007", touch_hex=f"{0:032x}")
    assert "Stop the mails?" in call(shown, "GET", links.unsubscribe(who)).text
    assert kept == []
    assert call(shown, "POST", links.unsubscribe(who)).status == 200
    assert [entry["kind"] for entry in kept] == ["opt_out"]
    assert "Dry gutters" in call(shown, "GET", links.view(who)).text
    assert call(shown, "GET", "/u/nonsense").status == 404


def test_the_newest_attempt_of_a_touch_is_the_one_to_view(tmp_path: Path) -> None:
    """The tenth attempt comes after the ninth; a name that is no touch finds nothing."""
    for attempt in (1, 9, 10):
        an_eml(tmp_path, 1, attempt, html=f"<p>attempt {attempt}</p>")
    assert b"attempt 10" in (outbox.of_touch(tmp_path, f"{1:032x}") or b"")
    assert outbox.of_touch(tmp_path, "*") is None
    assert outbox.of_touch(tmp_path / "nowhere", f"{1:032x}") is None


def test_a_taken_port_is_told(project: Path) -> None:
    """One sentence and what to do, before anything is served."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="--port"):
            serve(desk(project), port=taken.getsockname()[1])
