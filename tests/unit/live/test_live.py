"""The pages behind the links in mails."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette

from topmind import brand
from topmind.links import KeyRing, Links
from topmind.live import app
from topmind.live.inbox import COMMENT_LIMIT
from topmind.model import LinkContext
from topmind.testing.asgi import WebAnswer, call
from topmind.testing.clock import FixedClock

ROOT = Path(__file__).parents[3]
RING = KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,))
LINKS = Links(RING, "")
WHO = LinkContext(contact="c0007", touch_hex="3b1f8c02d94ae7560c7d2b9f41e8a653")
ENTRY = {
    "contact": WHO.contact,
    "touch": WHO.touch_hex,
    "value": "",
    "at": "2026-12-01T15:07:00+00:00",
}


class ListInbox:
    """Keeps entries in a list; fails where told to."""

    def __init__(self, *, broken: bool = False) -> None:
        self.entries: list[Mapping[str, str]] = []
        self._broken = broken

    def put(self, entry: Mapping[str, str]) -> None:
        """Keep one."""
        if self._broken:
            raise OSError("disk full: c0007")
        self.entries.append(entry)


def live(inbox: ListInbox, **over: object) -> Starlette:
    """The app with two topics at a fixed moment."""
    arguments: dict[str, object] = {
        "inbox": inbox,
        "links": LINKS,
        "brand": brand.load(ROOT),
        "company": "Harbor & Pine",
        "clock": FixedClock(),
        "topics": {"tips": "Weekly tips", "offers": "Offers"},
    }
    return app(**{**arguments, **over})  # type: ignore[arg-type]


def post(inbox: ListInbox, path: str, body: bytes = b"") -> WebAnswer:
    """A form posted to the app."""
    return call(live(inbox), "POST", path, body, {"content-type": "application/x-www-form-urlencoded"})


PATHS = [
    LINKS.unsubscribe(WHO),
    LINKS.preferences(WHO),
    LINKS.answer(WHO, "not-happy"),
    LINKS.task(WHO, "not-happy"),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
def test_looking_changes_nothing(method: str, path: str) -> None:
    """Scanners that open every link opt nobody out and answer for nobody."""
    inbox = ListInbox()
    answer = call(live(inbox), method, path)
    assert answer.status == 200
    assert inbox.entries == []


def test_the_page_of_an_unsubscribe_link_has_one_button() -> None:
    """One form, one button, and the way to the preferences."""
    page = call(live(ListInbox()), "GET", LINKS.unsubscribe(WHO)).text
    assert page.count("<button") == page.count("<form") == 1
    assert LINKS.preferences(WHO) in page


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=One-Click", b"--x\r\nanything\r\n--x--"])
def test_posting_opts_out_at_once(body: bytes) -> None:
    """A person's button and RFC 8058's one-click do the same: no cookie, no redirect, saved before the answer."""
    inbox = ListInbox()
    answer = post(inbox, LINKS.unsubscribe(WHO), body)
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    assert inbox.entries == [{"kind": "opt_out", **ENTRY}]


def test_posting_twice_says_the_same_twice() -> None:
    """A repeated POST gives the same page and an entry that folds to the same."""
    inbox = ListInbox()
    first, second = (post(inbox, LINKS.unsubscribe(WHO)) for _ in range(2))
    assert (first.status, first.body) == (second.status, second.body)
    assert inbox.entries[0] == inbox.entries[1]


@pytest.mark.parametrize(
    ("do", "kind", "value"),
    [
        ("topic_off:tips", "topic_off", "tips"),
        ("topic_on:offers", "topic_on", "offers"),
        ("pause:30", "pause", "2026-12-31"),
        ("pause:90", "pause", "2027-03-01"),
        ("opt_out", "opt_out", ""),
    ],
)
def test_each_button_of_the_preferences_is_one_entry(do: str, kind: str, value: str) -> None:
    """The pressed button is what is written, and the page offers it."""
    inbox = ListInbox()
    path = LINKS.preferences(WHO)
    assert f'value="{do}"' in call(live(inbox), "GET", path).text
    assert post(inbox, path, f"do={do}".encode()).status == 200
    assert inbox.entries == [{**ENTRY, "kind": kind, "value": value}]


@pytest.mark.parametrize("do", ["", "topic_off:gossip", "pause:9999", "erase", "topic_on"])
def test_a_button_we_do_not_have_writes_nothing(do: str) -> None:
    """An invented wish is refused."""
    inbox = ListInbox()
    assert post(inbox, LINKS.preferences(WHO), f"do={do}".encode()).status == 400
    assert inbox.entries == []


def test_an_answer_is_written_in_words_with_its_comment() -> None:
    """`not-happy` is "not happy"; what was typed loses its markup."""
    inbox = ListInbox()
    path = LINKS.answer(WHO, "not-happy")
    assert "Your answer: not happy" in call(live(inbox), "GET", path).text
    answer = post(inbox, path, b"comment=It+<script>alert(1)</script>leaks+%26+drips%00")
    assert answer.status == 200
    assert inbox.entries == [
        {**ENTRY, "kind": "answer", "value": "not happy", "comment": "It leaks &amp; drips"}
    ]


def test_a_comment_has_a_limit_and_may_be_left_out() -> None:
    """A long one is cut, an empty one leaves no trace."""
    inbox = ListInbox()
    path = LINKS.answer(WHO, "happy")
    post(inbox, path, b"comment=" + b"x" * 5000)
    post(inbox, path)
    assert inbox.entries[0]["comment"] == "x" * COMMENT_LIMIT
    assert "comment" not in inbox.entries[1]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/u/nonsense",
        "/p/" + LINKS.unsubscribe(WHO)[3:],
        "/u/" + Links(RING.rotated(keep=0), "").unsubscribe(WHO)[3:],
        "/a/" + LINKS.preferences(WHO)[3:],
        "/v/" + LINKS.view(WHO)[3:],
        "/",
    ],
)
def test_a_link_that_is_not_ours_gets_a_friendly_404(method: str, path: str) -> None:
    """A cut, foreign or wrong-purpose token changes nothing and explains itself."""
    inbox = ListInbox()
    answer = call(live(inbox), method, path)
    assert answer.status == 404
    assert "This link does not work" in answer.text
    assert inbox.entries == []


@pytest.mark.parametrize("chunk", [0, 1000])
def test_a_huge_body_is_refused(chunk: int) -> None:
    """With or without an honest Content-Length, reading stops at the bound and nothing is written."""
    inbox = ListInbox()
    answer = call(live(inbox), "POST", LINKS.unsubscribe(WHO), b"x" * 20_000, chunk=chunk)
    assert answer.status == 413
    assert inbox.entries == []


def test_a_form_of_too_many_fields_is_refused() -> None:
    """Not one of our forms: a calm page, nothing written."""
    inbox = ListInbox()
    answer = post(inbox, LINKS.preferences(WHO), b"&".join(b"x%d=1" % n for n in range(100)))
    assert answer.status == 400
    assert inbox.entries == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(method: str) -> None:
    """Only GET, HEAD and POST mean something here."""
    inbox = ListInbox()
    answer = call(live(inbox), method, LINKS.unsubscribe(WHO))
    assert answer.status == 405
    assert "POST" in answer.headers["allow"]
    assert inbox.entries == []


def test_what_cannot_be_saved_is_not_called_done(caplog: pytest.LogCaptureFixture) -> None:
    """A full disk gives "try again", and neither page nor log names anybody."""
    with caplog.at_level(logging.DEBUG):
        answer = post(ListInbox(broken=True), LINKS.unsubscribe(WHO))
    assert answer.status == 503
    assert "try again" in answer.text
    assert "retry-after" in answer.headers
    assert "could not save opt_out: OSError" in caplog.text
    assert WHO.contact not in caplog.text + answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", [*PATHS, "/u/nonsense"])
def test_pages_keep_to_themselves(method: str, path: str, caplog: pytest.LogCaptureFixture) -> None:
    """No store, no referrer, nothing loaded, no contact's id on the page or in the log."""
    with caplog.at_level(logging.DEBUG):
        answer = call(live(ListInbox()), method, path, b"do=opt_out")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "'unsafe" not in answer.headers["content-security-policy"]
    assert WHO.contact not in answer.text + caplog.text
    assert len(answer.body) < 8_000


def test_a_mail_opens_in_the_browser_where_it_is_at_hand() -> None:
    """`/v/` shows what `view` gives, without scripts, and 404 where there is nothing."""
    shown = live(ListInbox(), view=lambda who: b"<p>Your mail" if who.contact == WHO.contact else None)
    answer = call(shown, "GET", LINKS.view(WHO))
    assert (answer.status, answer.text) == (200, "<p>Your mail")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "sandbox" in answer.headers["content-security-policy"]
    nobody = LinkContext(contact="c0008", touch_hex="00")
    assert call(shown, "GET", LINKS.view(nobody)).status == 404


def test_what_became_of_a_task_is_said_with_one_button() -> None:
    """The page names the task by its number and nobody; the note comes along, cleaned."""
    page = call(live(ListInbox()), "GET", LINKS.task(WHO, "no-answer")).text
    assert page.count("<button") == page.count("<form") == 1
    assert "Task 3b1f8c02: no answer" in page
    assert WHO.contact not in page
    inbox = ListInbox()
    assert post(inbox, LINKS.task(WHO, "no-answer"), b"comment=<b>at+noon</b>").status == 200
    assert inbox.entries == [{**ENTRY, "kind": "task", "value": "no answer", "comment": "at noon"}]


def test_the_page_of_a_task_says_what_it_was_and_when_and_nobody() -> None:
    """Whoever presses a week later sees the kind, the title and the last day, before and after the button; the link,
    which is forwarded and logged, names no person and no address, and one of before this still works."""
    what = {"channel": "call", "day": "2026-12-03", "title": "Ninety days on <b>"}
    link = LINKS.task(replace(WHO, extra=what), "done")
    page = call(live(ListInbox()), "GET", link).text
    assert "<p>Call “Ninety days on &lt;b&gt;”, by Thursday, 3 December 2026." in page
    assert WHO.contact not in page
    inbox = ListInbox()
    assert "Task 3b1f8c02 (call “Ninety days on &lt;b&gt;”, by Thursday, 3 December 2026): done." in (
        post(inbox, link).text
    )
    assert inbox.entries == [{**ENTRY, "kind": "task", "value": "done"}]
    old = call(live(ListInbox()), "GET", LINKS.task(WHO, "done"))
    assert (old.status, "Whom it is about" in old.text) == (200, False)


def test_a_customers_link_settles_no_task() -> None:
    """An answer link of a mail opens no task, and a task's link answers no question: other salts, other doors."""
    for made, door in ((LINKS.answer(WHO, "done"), "t"), (LINKS.task(WHO, "done"), "a")):
        inbox = ListInbox()
        assert post(inbox, f"/{door}/{made.rsplit('/', 1)[1]}").status == 404
        assert inbox.entries == []
