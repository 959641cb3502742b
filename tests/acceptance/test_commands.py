"""Every command does what its own --help shows, in a project made by `topmind init --sample`."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import read_mail
from topmind.cli.app import COMMANDS, Commands, Options, app, call
from topmind.ledger import Feedback
from topmind.model import FeedbackKind, TouchState
from topmind.run import places
from topmind.settings import load
from topmind.testing import audience
from topmind.testing.clock import FixedClock

DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample after `topmind demo` with 120 contacts; copied for each test that writes."""
    root = tmp_path_factory.mktemp("sample")
    assert call(["-C", str(root), "init", "--sample"]) == 0
    assert call(["-C", str(root), "demo", "--contacts", "120"]) == 0
    return root


@pytest.fixture
def project(played: Path, tmp_path: Path) -> Path:
    """A copy of the played sample."""
    root = tmp_path / "project"
    shutil.copytree(played, root)
    return root


def commands() -> list[str]:
    """All commands, `segments show` and its kind too."""
    names = list(COMMANDS)
    group = Commands(name="topmind")
    for name in COMMANDS:
        found = group.get_command(None, name)  # type: ignore[arg-type]  # the context is not used
        names += [f"{name} {sub}" for sub in getattr(found, "commands", {})]
    return names


def help_of(name: str) -> str:
    """What `topmind NAME --help` prints."""
    done = CliRunner().invoke(app, [*name.split(), "--help"], obj=Options())
    assert done.exit_code == 0, done.output
    return done.output


def examples(name: str) -> list[list[str]]:
    """The lines under "Examples:" as arguments."""
    text = help_of(name).partition("Examples:")[2]
    return [shlex.split(line.strip())[1:] for line in re.findall(r"^\s+topmind .*$", text, re.MULTILINE)]


def test_help_names_every_command_once() -> None:
    """`topmind --help` is the list of what there is."""
    text = CliRunner().invoke(app, ["--help"], obj=Options()).output
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", text, re.MULTILINE)


@pytest.mark.parametrize("name", commands())
def test_each_command_shows_examples(name: str) -> None:
    """A help text without an example helps nobody."""
    assert examples(name), help_of(name)


#: Segments of the sample that are everybody, each once.
EVERYBODY = {"customers", "prospects"}
#: Example → exit code, where it is not 0: what it asks for is not there in a project that has played the demo.
EXPECTED = {
    "init": {2},  # the project is there already
    "approve": {2},  # no plan has this number
    "resume": {2},  # nothing is stopped
    "report": {0, 1},
    "send --workers 4": {3},  # the sample's ledger is a file: one sender at a time
    "send --shard 1/3": {3},
    "contacts push": {2},  # there is no such file
    "contacts push export.csv --table contacts": {2},
    "contacts map": {2},
    "contacts map export.xlsx": {2},
    "coupons redeemed": {2},  # there is no such file
    "feedback": {0, 1},  # no queue is named
    "ledger adopt": {3},  # it is no restored one
    "ledger init": {2},  # the ledger is there already
    "ledger restore": {2},
    "tasks done": {2},  # no task has this number
    "tasks missed": {2},
    "tasks import": {2},  # nobody has exported a list yet
}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param(name, arguments, id=" ".join(arguments))
        for name in commands()
        if name != "demo"
        for arguments in examples(name)
    ],
)
def test_examples_run(
    project: Path, name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each example of each help text runs as it stands and ends as it should."""
    rows = (project / "var" / "contacts" / "contacts.csv").read_text("utf-8").splitlines()[1:3]
    there = dict(zip(("0007", "0012"), (row.partition(",")[0] for row in rows), strict=True))
    known = [there.get(argument, argument) for argument in arguments]
    code = call(["-C", str(project), *known])
    expected = EXPECTED.get(" ".join(arguments), EXPECTED.get(name, {0}))
    assert code in expected, capsys.readouterr()


def test_a_second_demo_prints_the_same_counts_and_sends_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Running it again changes nothing but `sent_now`."""
    before = json.loads((project / "var" / "last-run.json").read_text("utf-8"))["counts"]
    mails = sorted(path.name for path in (project / "var" / "outbox").glob("*.eml"))
    assert call(["-C", str(project), "demo", "--contacts", "120", "--json"]) == 0
    after = json.loads(capsys.readouterr().out)
    assert before["sent_now"] > 0
    assert after["sent_now"] == 0
    assert {k: after[k] for k in before if k != "sent_now"} == {
        k: v for k, v in before.items() if k != "sent_now"
    }
    assert sorted(path.name for path in (project / "var" / "outbox").glob("*.eml")) == mails


def test_the_demo_never_touches_contacts_that_it_did_not_make(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Contacts without the demo's mark are somebody's own: refused with exit 3, nothing written."""
    (project / "var" / "contacts" / ".made-up.json").unlink()
    before = (project / "var" / "contacts" / "contacts.csv").read_bytes()
    assert call(["-C", str(project), "demo"]) == 3
    assert (project / "var" / "contacts" / "contacts.csv").read_bytes() == before
    assert "did not make up" in capsys.readouterr().err


def test_plan_json_has_the_promised_shape(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts by reason for machines, and one row per contact and occasion with --full."""
    assert call(["-C", str(project), "--as-of", "2026-12-08", "plan", "--json", "--full"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["as_of"] == "2026-12-08"
    assert plan["due"] == sum(row["verdict"] == "due" for row in plan["rows"]) > 0
    assert sum(plan["pending"].values()) == sum(row["verdict"] == "pending" for row in plan["rows"])
    pairs = [(row["contact"], row["occasion"], row["channel"]) for row in plan["rows"]]
    assert len(pairs) == len(set(pairs))


def test_each_verdict_ahead_adds_up_to_the_counts_of_the_same_plan(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ninety days of the sample: one row per contact and occasion; by day and name they are the calendar, by occasion the
    counts of `verdicts`; without --full there is none of them, and nothing else is different."""
    at = ("-C", str(project), "--as-of", "2026-12-08", "plan", "--days", "90")
    plan = as_json(capsys, *at, "--full")
    rows = plan.pop("ahead")
    pairs = {(row["contact"], row["occasion"], row["channel"]) for row in rows}
    assert len(pairs) == len(rows) > 120
    assert {row["verdict"] for row in rows} == {"due", "pending", "expired", "not_for_them"}
    goes = Counter((row["until"], row["what"]) for row in rows if row["until"])
    assert goes == {
        (day["day"], what): count for day in plan["calendar"] for what, count in day["touches"].items()
    }
    assert sum(row["verdict"] == "due" for row in rows) == plan["due"]
    for told in plan["verdicts"]:
        mine = [row for row in rows if row["what"] == told["occasion"]]
        if told["asked"] is None:
            mine = [
                row for row in mine if told["day"] in {row["until"], None if row["until"] else row["last"]}
            ]
        held = Counter(row["reason"] for row in mine if not row["until"])
        assert sum(1 for row in mine if row["until"]) == told["goes"]
        assert told["reasons"].items() <= held.items()
    assert plan.pop("rows")
    assert as_json(capsys, *at) == plan


def test_half_of_the_content_is_not_enough_and_the_forecast_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ninety days with all and with half of the undated tips and articles: who has gaps, how many stay inside their
    floor all the time, and in words what is lacking and by when."""

    def forecast() -> tuple[int, int, int]:
        plan = as_json(capsys, "-C", str(project), "plan", "--days", "90")
        inside = sum(row["throughout"] for row in plan["coverage"] if row["segment"] in EVERYBODY)
        return sum(gap["contacts"] for gap in plan["gaps"]), inside, len(plan["lacks"])

    whole = forecast()
    for path in sorted([*project.glob("content/tips/*.md"), *project.glob("content/articles/*.md")])[::2]:
        text = path.read_text("utf-8")
        if "\nuse:" not in text and "\nsend" not in text and "\nfor:" not in text:
            path.write_text(text.replace("---\n", "---\nuse: until 2026-12-03\n", 1), "utf-8")
    half = forecast()
    assert half[0] > whole[0]
    assert half[1] < whole[1]
    assert half[2] >= 1
    assert call(["-C", str(project), "plan", "--days", "90"]) == 0
    assert "would do" in capsys.readouterr().out


def test_segments_json_is_a_list_of_name_size_share(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shape that other programs read."""
    assert call(["-C", str(project), "segments", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(set(row) == {"name", "size", "share"} for row in rows)
    assert len(rows) == 8


def test_segments_json_in_full(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --full each row has overlap, promise and last change beside the three."""
    assert call(["-C", str(project), "segments", "--json", "--full"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    top = rows["top-10"]
    assert set(top) == {"name", "size", "share", "overlap", "promise", "changed"}
    assert top["overlap"]["customers"] == top["size"] == 10
    assert top["promise"].startswith("1 valuable touch every 21 days")
    assert date.fromisoformat(top["changed"])


def test_two_segments_and_two_days_are_compared(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both ways add up to the sizes; a second name and two days, or none of them, is a wrong use."""
    at = ("-C", str(project), "segments")
    assert call([*at, "--json"]) == 0
    sizes = {row["name"]: row["size"] for row in json.loads(capsys.readouterr().out)}
    apart = as_json(capsys, *at, "diff", "lapsed", "customers")
    assert len(apart["both"]) + len(apart["only_first"]) == sizes["lapsed"]
    assert len(apart["both"]) + len(apart["only_second"]) == sizes["customers"]
    moved = as_json(capsys, *at, "diff", "lapsed", "--between", "2026-10-01", "2026-12-01")
    assert moved["after"] == sizes["lapsed"] == moved["before"] + len(moved["came"]) - len(moved["went"])
    assert moved["came"]
    assert not set(moved["came"]) & set(moved["went"])
    days = ("--between", "2026-10-01", "2026-12-01")
    assert call([*at, "diff", "lapsed"]) == call([*at, "diff", "lapsed", "customers", *days]) == 2
    assert call([*at, "diff", "lapsed", "--between", "2026-10-01", "2026-12-02"]) == 2
    assert "up to 2026-12-01" in capsys.readouterr().err


def test_no_name_and_no_address_comes_out_of_a_sample(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of everybody in a segment."""
    assert call(["-C", str(project), "segments", "sample", "customers", "--count", "100"]) == 0
    told = capsys.readouterr().out
    rows = list(csv.DictReader((project / "var" / "contacts" / "contacts.csv").open(encoding="utf-8")))
    shown = [row for row in rows if re.search(rf"^  {row['number']} ", told, re.MULTILINE)]
    assert len(shown) == len(told.splitlines()) > 50
    for row in shown:
        assert row["last_name"] not in told
        assert not row["first_name"] or row["first_name"] not in told
        assert row["email"].rpartition("@")[2] not in told if row["email"] else True


def test_examples_of_a_segment_are_tried(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 and the line of each that the rule contradicts; 0 once they hold."""
    members = as_json(capsys, "-C", str(project), "segments", "diff", "customers", "prospects")
    inside, outside = members["only_first"][0], members["only_second"][0]
    path = project / "segments" / "customers.md"
    text = path.read_text("utf-8")
    said = f"---\nexamples:\n  - {inside} belongs\n  - {outside} belongs\n  - nobody belongs\n"
    path.write_text(text.replace("---\n", said, 1), "utf-8")
    assert call(["-C", str(project), "segments", "test"]) == 1
    told = capsys.readouterr().out
    assert (
        f"segments/customers.md:4: {outside} belongs, says the example; by the rule it is not in it." in told
    )
    assert "segments/customers.md:5: nobody in the source has the id nobody." in told
    assert "1 of 3 examples hold." in told
    right = f"---\nexamples:\n  - {inside} belongs\n  - {outside} does not belong\n"
    path.write_text(text.replace("---\n", right, 1), "utf-8")
    assert call(["-C", str(project), "segments", "test", "customers"]) == 0
    assert "2 of 2 examples hold." in capsys.readouterr().out


def test_a_move_of_stage_is_in_the_log_and_in_the_funnel(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the export of a day to the words for a person: when, from where, by whom; and everybody is counted once."""
    path = project / "var" / "contacts" / "contacts.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    moved = next(row for row in rows if row["stage"] == "desire")
    moved["stage"] = "interest"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    at = ("-C", str(project), "segments", "stages")
    before = as_json(capsys, *at, "--rows", "1")[0]["stood"]  # type: ignore[index]
    assert call(["-C", str(project), "send"]) in {0, 1}
    after = as_json(capsys, *at, "--rows", "1")[0]["stood"]  # type: ignore[index]
    told = Counter(row["stage"] for row in rows if row["stage"])
    assert after == {**dict.fromkeys(after, 0), **told}
    assert after == {**before, "desire": before["desire"] - 1, "interest": before["interest"] + 1}
    assert call([*at, moved["number"]]) == 0
    assert "back from desire to interest  by import" in capsys.readouterr().out
    assert call([*at, "nobody"]) == 2
    long_ago = as_json(
        capsys, "-C", str(project), "--as-of", "2020-01-01", "segments", "stages", "--rows", "2"
    )
    assert [row["day"] for row in long_ago] == ["2019-12-25", "2020-01-01"]  # type: ignore[index]
    assert not any(sum(row["stood"].values()) for row in long_ago)  # type: ignore[index]
    (project / "var" / "ledger.db").unlink()
    assert call([*at]) == 2
    assert "there is no ledger yet" in capsys.readouterr().err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What a command prints with --json."""
    capsys.readouterr()
    code = call([*arguments, "--json"])
    out, err = capsys.readouterr()
    assert code in {0, 1}, err
    data: dict[str, Any] = json.loads(out)
    return data


def test_why_tells_what_became_of_a_mail(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Delivered when, bounced why, clicked which link and by whom, and why nothing is mailed any more."""
    settings = load(project, {})
    with places.open_project_ledger(settings, FixedClock(), places.key_ring(settings)) as ledger:
        touch = next(
            t for t in ledger.history(DAY).touches if t.state is TouchState.ACCEPTED and t.day == DAY
        )
        name = touch.key.wire(ledger.ledger_id)
        at = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
        ledger.record_feedback(
            [
                Feedback(touch_hex=name, kind=FeedbackKind.DELIVERED, at=at),
                Feedback(
                    touch_hex=name,
                    kind=FeedbackKind.CLICKED,
                    at=at,
                    detail="tips/gutters",
                    actor="human",
                    sent=at,
                ),
                Feedback(touch_hex=name, kind=FeedbackKind.COMPLAINED, at=at),
            ]
        )
    arguments = ("-C", str(project), "why", touch.key.contact)
    row = next(row for row in as_json(capsys, *arguments)["touches"] if row["feedback"])
    assert [one["kind"] for one in row["feedback"]] == ["clicked", "complained", "delivered"]
    assert call([*arguments]) == 0
    text = capsys.readouterr().out
    assert "2026-12-01 16:00 UTC  clicked tips/gutters (a person)" in text
    assert "suppressed: a mail was called spam" in text


def test_a_mail_and_why_give_the_same_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the foot of somebody's newsletter tells them is what `why` tells us, in their language."""
    seen: set[str] = set()
    settings = load(project, {})
    with places.open_project_ledger(settings, FixedClock(), places.key_ring(settings)) as ledger:
        touches = [t for t in ledger.history(DAY).touches if t.day == DAY and t.key.source == "tuesday-fix"]
        names = {touch.key.wire(ledger.ledger_id): touch.key.contact for touch in touches}
    for name, contact in names.items():
        files = list((project / "var" / "outbox").glob(f"{name}-*.eml"))
        if not files:
            continue
        message = read_mail.read(files[0].read_bytes())
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # both parts are there
        way_out = next((w for w in ("Unsubscribe", "Abmelden", "Darse de baja") if w in text), "")
        if way_out and way_out not in seen:
            seen.add(way_out)
            story = as_json(capsys, "-C", str(project), "why", contact)
            assert story["mails_say"] in " ".join(text.split())
    assert {"Unsubscribe", "Abmelden"} <= seen
    # of one occasion ahead: not that nothing was ever sent to whoever has today's issue
    assert call(["-C", str(project), "why", contact, "home-almanac/2026-12"]) == 0
    assert "Nothing of home-almanac/2026-12 was ever sent" in capsys.readouterr().out


def test_a_stopped_issue_waits_and_goes_on_after_resume(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stop holds an issue back for everybody; resume lets it go the same day."""
    later = ["-C", str(project), "--as-of", "2026-12-08"]
    issue = "tuesday-fix/2026-W50"
    wanted = {row["name"]: row["due"] for row in as_json(capsys, *later, "plan")["occasions"]}[issue]
    assert call([*later, "stop", issue]) == 0
    as_json(capsys, *later, "send")
    held = {row["name"] for row in as_json(capsys, *later, "plan")["occasions"]}
    assert issue not in held
    assert call([*later, "resume", issue]) == 0
    sent = as_json(capsys, *later, "send")
    assert 0 < sent["sent_now"] <= wanted


def test_a_test_mail_carries_no_link_of_anybody(project: Path) -> None:
    """Whoever presses unsubscribe in a test mail opts nobody out."""
    before = set((project / "var" / "outbox").glob("*.eml"))
    assert call(["-C", str(project), "send", "--test", "me@example.com", "--every-edition"]) == 0
    written = set((project / "var" / "outbox").glob("*.eml")) - before
    assert written
    for path in written:
        message = read_mail.read(path.read_bytes())
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # both parts are there
        links = re.findall(r"http://127\.0\.0\.1:8000/([upa]/\S+)", text)
        assert links
        assert {link.split("/")[1] for link in links} == {"test"}
        assert str(message["Subject"]).startswith("TEST")


def test_made_up_people_live_at_example_com(project: Path) -> None:
    """No address of the made-up audience could reach anybody."""
    audience.write(project / "people", as_of=DAY, contacts=50)
    text = (project / "people" / "contacts.csv").read_text("utf-8")
    assert all(address.lower().endswith("example.com") for address in re.findall(r"\S+@([\w.-]+)", text))
