"""Nothing of a person leaves the places that are theirs: canaries in every column, looked for in everything else.

The sample company is played with people whose names, addresses, phone numbers and streets occur nowhere else. They
may stand in the contacts, their cache, the ledger and the outbox, all of which git ignores, and on a screen only
where somebody asked for names.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import logging
import quopri
import shutil
import sqlite3
import subprocess
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from played import Desk
from topmind import live
from topmind.cli.app import call
from topmind.errors import TopmindError
from topmind.links import Links
from topmind.model import LinkContext, Message, Outcome
from topmind.run import demo, load, places, sending
from topmind.testing import asgi, audience
from topmind.testing.clock import FixedClock

#: Column of the contacts → what stands in it, `{n}` for the number of the line. Nothing else has these words.
CANARIES = {
    "first_name": "Qwyxel{n}",
    "last_name": "Zvandrel{n}",
    "email": "kestrel.mail{n}@Example.com",
    "phone": "207-771-{n}",
    "street": "{n} Wyrmgate Row",
    "town": "Ulqamere",
    "town_line": "Ulqamere, ME 04999",
}
WORDS = ("qwyxel", "zvandrel", "kestrel.mail", "207-771-", "wyrmgate", "ulqamere")
#: Where people may be kept, below the project.
THEIRS = ("var/ledger.db", "var/outbox/", "var/contacts/", "var/cache/", "var/rejects/")
DAY = date(2026, 12, 1)
PEOPLE = 60


def found_in(text: str) -> list[str]:
    """Words of people in a text, however it is written: as it stands, with entities, in an address."""
    plain = text.lower()
    spellings = f"{plain}\n{unescape(plain)}\n{unquote(plain)}"
    return [word for word in WORDS if word in spellings]


def write_canaries(folder: Path, day: date = DAY) -> None:
    """The made-up audience with a canary in every personal cell; the 12th and the 13th share an inbox."""
    audience.write(folder, as_of=day, contacts=PEOPLE)
    path = folder / "contacts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        filled = {column: text.format(n=f"{number:04}") for column, text in CANARIES.items() if row[column]}
        row.update(filled)
    rows[13]["email"] = rows[12]["email"] or rows[12].setdefault("email", "kestrel.mail@example.com")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def files(root: Path) -> Iterator[tuple[str, str]]:
    """(name below the project, text) of every file; what is compressed or encoded is opened first."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            raw = path.read_bytes()
            if raw[:2] == b"\x1f\x8b":
                raw = gzip.decompress(raw)
            if path.suffix == ".eml":
                raw = quopri.decodestring(raw)
            yield path.relative_to(root).as_posix(), raw.decode("utf-8", "replace")


def files_with_people(root: Path) -> list[str]:
    """Files that show somebody, in their text or in their name."""
    return [name for name, text in files(root) if found_in(f"{name}\n{text}")]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The sample after a demo with canaries, and everything that it printed."""
    root = tmp_path_factory.mktemp("privacy")
    assert call(["-C", str(root), "init", "--sample"]) == 0
    said: list[str] = []
    result = demo.demo(
        root,
        as_of=None,
        clock=FixedClock(),
        write_audience=write_canaries,
        past_touches=lambda day: audience.past_touches(as_of=day, contacts=PEOPLE),
        what={"contacts": "canaries"},
        say=said.append,
        environ={},
    )
    return root, "\n".join([*said, result.text(), repr(result.as_dict())])


@pytest.fixture
def desk(played: tuple[Path, str], tmp_path: Path) -> Desk:
    """A copy of it, with somebody who types."""
    shutil.copytree(played[0], tmp_path / "company", symlinks=True)
    return Desk(tmp_path / "company")


def test_the_canaries_would_be_found(played: tuple[Path, str]) -> None:
    """They are in the contacts, the ledger and the mails: what follows does not look for nothing."""
    root, _ = played
    places_ = {name.split("/")[1] for name in files_with_people(root)}
    assert {"contacts", "ledger.db", "outbox"} <= places_
    texts = dict(files(root))
    assert set(found_in(texts["var/contacts/contacts.csv"])) == set(WORDS)
    mails = [text for name, text in texts.items() if name.startswith("var/outbox/")]
    assert len(mails) > 20
    to_customers = [mail for mail in mails if "auto-submitted:" not in mail.lower()]
    assert all("kestrel.mail" in mail.lower() for mail in to_customers)
    # a task mail goes to one of us, and names whom to call; nobody's mail address
    (to_us,) = [mail for mail in mails if "auto-submitted:" in mail.lower()]
    assert {"qwyxel", "207-771-"} <= set(found_in(to_us))
    assert "kestrel.mail" not in to_us.lower()
    assert found_in("caf&eacute; QWYXEL12") == ["qwyxel"]
    assert found_in("https://x.example/?a=207%2D771%2D0001") == ["207-771-"]


def test_a_demo_leaves_people_in_their_places_only(played: tuple[Path, str]) -> None:
    """Not in the site with its search index and feeds, not in the last run that the desk shows, not on the screen."""
    root, printed = played
    assert [name for name in files_with_people(root) if not name.startswith(THEIRS)] == []
    assert found_in(printed) == []
    assert (root / "output" / "index.html").is_file()
    assert (root / "var" / "last-run.json").is_file()


def test_git_ignores_every_place_of_people(played: tuple[Path, str], tmp_path: Path) -> None:
    """A commit of everything, as careless as can be, takes nobody along."""
    root = tmp_path / "company"
    shutil.copytree(played[0], root, symlinks=True)

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, text=True, capture_output=True, check=True)
        return done.stdout

    git("init", "-q")
    git("add", "--all")
    added = set(git("ls-files").splitlines())
    assert "content/company.md" in added
    assert not added & set(files_with_people(root))
    ignored = git("status", "--porcelain", "--ignored").splitlines()
    assert {"!! var/", "!! output/"} <= set(ignored)


COMMANDS = (
    ["check"],
    ["check", "--json"],
    ["segments"],
    ["segments", "show", "customers"],
    ["plan"],
    ["plan", "--json", "--full"],
    ["send", "--dry-run"],
    ["send", "--json"],
    ["send"],
    ["report"],
    ["report", "--json"],
    ["build"],
    ["stop", "tuesday-fix"],
)


def test_no_command_shows_anybody(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A week later, with every command that somebody may run in public: nothing printed, logged or written."""
    caplog.set_level(logging.DEBUG)
    for command in COMMANDS:
        said = desk.type("--as-of", "2026-12-08", *command)
        assert said.code in {0, 1}, said
        assert found_in(said.text) == [], command
    assert found_in(caplog.text) == []
    assert [name for name in files_with_people(desk.root) if not name.startswith(THEIRS)] == []


def test_contacts_elsewhere_stay_elsewhere(desk: Desk, tmp_path: Path) -> None:
    """TOPMIND_CONTACTS names a folder outside the project: people come in for the ledger, the cache and the mails."""
    shutil.rmtree(desk.root / "var")
    write_canaries(tmp_path / "office")
    away = Desk(desk.root, {"TOPMIND_CONTACTS": str(tmp_path / "office")})
    for command in (["plan", "--json", "--full"], ["send", "--json"], ["report", "--json"], ["build"]):
        said = away.type(*command)
        assert said.code in {0, 1}, said
        assert found_in(said.text) == [], command
    assert len(away.mails()) > 20
    assert [name for name in files_with_people(desk.root) if not name.startswith(THEIRS)] == []
    assert not (desk.root / "var" / "contacts").exists()


def test_names_come_where_somebody_asks_for_them(desk: Desk) -> None:
    """`why` about one person, and `report --who`: on a person's own screen, and nowhere written down."""
    shown = desk.type("why", "0007")
    assert "Qwyxel0006 Zvandrel0006" in shown.out
    assert desk.type("why", "Zvandrel0006").out == shown.out
    assert not [
        word for word in ("Qwyxel0006", "kestrel.mail") if word in desk.type("why", "0007", "--json").out
    ]
    with contextlib.closing(sqlite3.connect(desk.root / "var" / "ledger.db")) as ledger:
        ledger.execute(
            "UPDATE touches SET state = 6 WHERE rowid IN (SELECT rowid FROM touches WHERE state = 2 LIMIT 3)"
        )
        ledger.commit()
    assert found_in(desk.type("report").text) == []
    assert found_in(desk.type("report", "--who").text)
    assert [name for name in files_with_people(desk.root) if not name.startswith(THEIRS)] == []


# --- when something goes wrong ---


def bad_rows(root: Path) -> None:
    """Cells that are not what they are declared to be, a line with too much, a line without an id."""
    path = root / "var/contacts/contacts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[4] |= {"birthday": "Qwyxel-born", "zone": "Zvandrel/Nowhere", "newsletter": "Wyrmgate"}
    rows[5] |= {"email": "kestrel.mail at example"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.write("99901,Qwyxel,Zvandrel,too,many" + ",Wyrmgate" * 30 + "\n")
        file.write(",Qwyxel,Zvandrel,kestrel.mail@example.com\n")
    orders = root / "var/contacts/purchases.csv"
    orders.write_text(orders.read_text("utf-8") + "R-9,0001,Qwyxel,Zvandrel,Wyrmgate\n", "utf-8")


def no_quotes_end(root: Path) -> None:
    """A quote that is opened in a name and never closed."""
    path = root / "var/contacts/contacts.csv"
    path.write_text(path.read_text("utf-8").replace("Qwyxel0009", '"Qwyxel0009'), "utf-8")


def addresses_for_ids(root: Path) -> None:
    """The mail address stands in the column of the ids."""
    path = root / "segments/_audience.toml"
    path.write_text(path.read_text("utf-8").replace('id = "number"', 'id = "email"', 1), "utf-8")


def a_hole(root: Path) -> None:
    """A tag without a default that some have no value for."""
    path = root / "content/newsletters/tuesday-fix.md"
    text = path.read_text("utf-8").replace(
        '{{ first_name | default: "neighbor" }},', "{{ birthday }} {{ first_name }},"
    )
    path.write_text(text, "utf-8")


def a_full_outbox(root: Path) -> None:
    """A file stands where the folder should be."""
    shutil.rmtree(root / "var/outbox")
    (root / "var/outbox").write_text("no folder")


def a_damaged_ledger(root: Path) -> None:
    """Bytes in the middle of the file are gone."""
    path = root / "var/ledger.db"
    raw = bytearray(path.read_bytes())
    raw[4096 : len(raw) // 2] = b"\xff" * (len(raw) // 2 - 4096)
    path.write_bytes(bytes(raw))
    for end in ("-wal", "-shm"):
        path.with_name(f"ledger.db{end}").unlink(missing_ok=True)


def no_keys(root: Path) -> None:
    """The key ring is not what it was."""
    (root / "var/keys.json").write_text('{"links": ["kestrel.mail@example.com Qwyxel"]}')


#: What goes wrong, and what a person reads of it.
FAULTS = (
    (bad_rows, "cannot be read for 1 contact (0005)"),
    (no_quotes_end, "left out"),
    (addresses_for_ids, "holds addresses"),
    (a_hole, "has no default"),
    (a_full_outbox, "the outbox cannot be written"),
    (a_damaged_ledger, "this file is damaged"),
    (no_keys, "Restore the ring"),
)


@pytest.mark.parametrize(("fault", "says"), FAULTS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_fault_quotes_nobody(
    desk: Desk, fault: Callable[[Path], None], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What a person reads, with --debug the whole traceback, and what is logged: ids and counts, no values."""
    caplog.set_level(logging.DEBUG)
    fault(desk.root)
    told = [
        typed(desk, "--as-of", "2026-12-08", *command)
        for command in (
            ["--debug", "send", "--json"],
            ["send"],
            ["--debug", "plan"],
            ["segments"],
            ["report"],
        )
    ]
    assert says in "".join(told)
    assert [text for text in told if found_in(text)] == []
    assert found_in(caplog.text) == []
    theirs = (*THEIRS, "var/keys.json")
    assert [name for name in files_with_people(desk.root) if not name.startswith(theirs)] == []


def typed(desk: Desk, *arguments: str) -> str:
    """What `topmind …` says in a terminal, a traceback too where one is asked for."""
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        try:
            call(["-C", str(desk.root), *arguments])
        except Exception:  # noqa: BLE001 - what Python would print of it is what is looked at
            traceback.print_exc()
    return screen.getvalue()


class Chatty:
    """A transport whose errors quote the whole message."""

    name = "memory"

    def send(self, message: Message) -> Outcome:
        """Fails loudly."""
        raise RuntimeError(f"550 {message.to} {message.raw!r}")


def test_an_error_of_the_transport_is_told_by_its_name(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a provider's library raises may quote the recipient: we keep the error's class."""
    caplog.set_level(logging.DEBUG)
    result = sending.send(
        desk.root,
        as_of="2026-12-08",
        clock=FixedClock(),
        environ={"TOPMIND_TRANSPORT": "memory"},
        transport=Chatty(),
    )
    assert result.report.unproven
    assert {one.reason for one in result.report.unproven} == {"the transport raised RuntimeError"}
    assert found_in(result.text() + repr(result.as_dict())) == []
    assert found_in(caplog.text) == []
    assert found_in((desk.root / "var/last-run.json").read_text("utf-8")) == []


def test_an_error_that_stops_the_run_quotes_nobody(desk: Desk) -> None:
    """A merge that fails for a bug: the message and everything it carries along."""
    bad_rows(desk.root)
    (desk.root / "var/contacts/contacts.csv").write_text(
        "Qwyxel,Zvandrel\nkestrel.mail@example.com,Wyrmgate\n", "utf-8"
    )
    shutil.rmtree(desk.root / "var/cache")
    with pytest.raises(TopmindError) as caught:
        sending.send(desk.root, as_of="2026-12-08", clock=FixedClock(), environ={})
    error: BaseException | None = caught.value
    while error is not None:
        assert found_in(f"{error} {error.args}") == []
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_live_pages_log_nobody_and_write_ids_only(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """An opt-out, a cut link and a comment: in the log their kind, in the inbox the id of the source."""
    caplog.set_level(logging.DEBUG)
    project = load.load(desk.root, as_of=None, clock=FixedClock(), environ={})
    links = Links(places.key_ring(project.settings), "")
    app = live.app(
        inbox=places.inbox(project.settings),
        links=links,
        brand=project.brand,
        company=project.catalog.company.name,
        clock=FixedClock(),
    )
    who = LinkContext(contact="0007", touch_hex=f"{7:032x}")
    for path in (links.unsubscribe(who), links.answer(who, "not-happy"), f"{links.unsubscribe(who)[:-3]}abc"):
        answer = asgi.call(app, "POST", path, b"comment=&email=kestrel.mail%40example.com&name=Qwyxel")
        assert found_in(answer.text) == []
    assert len(places.inbox(project.settings).pending()) == 2
    assert found_in(caplog.text) == []
    assert [name for name in files_with_people(desk.root) if not name.startswith(THEIRS)] == []
