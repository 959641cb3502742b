"""Whatever people get wrong in their files: one clear message, the right exit code, nothing written, nobody mailed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from played import Desk, Said
from small_company import AUDIENCE, CONF, FILES, PEOPLE

TIP = "content/tips/new.md"
WALL = "content/newsletters/wall.md"
COMPANY = "content/company.md"
SEGMENT = "segments/new.md"
SPEC = "segments/_audience.toml"
#: Where a mistake would do harm; none of it may go on.
COMMANDS = (["build", "--no-search"], ["send"])
#: Everything else that reads the files.
OTHERS = (
    ["plan"],
    ["segments"],
    ["send", "--dry-run"],
    ["why", "c002"],
    ["send", "--test", "me@alder.example"],
)


def tip(head: str, text: str = "Text.") -> str:
    """A tip of 1 November with some more lines of front matter; the text begins on line `head` + 4."""
    return f"---\ntitle: New\ndate: 2026-11-01\n{head}\n---\n{text}\n"


def rule(text: str) -> str:
    """A segment with one rule, on line 4."""
    return f"---\ntitle: New\nwho:\n  - {text}\n---\nWhy.\n"


def changed(path: str, old: str, new: str) -> dict[str, str]:
    """One of the company's files with some words changed."""
    assert old in FILES[path]
    return {path: FILES[path].replace(old, new)}


def refused(desk: Desk, code: int, *words: str, commands: tuple[list[str], ...] = COMMANDS) -> Said:
    """Each command ends with this code, says these words, and leaves everything as it was."""
    before = desk.left()
    said = None
    for command in commands:
        said = desk.type(*command)
        assert said.code == code, (command, said.text)
        for word in words:
            assert word in said.err, (command, said.text)
        assert desk.left() == before, command
    assert said is not None
    return said


#: What somebody wrote → the words of the answer: file, line, what is wrong, what to do.
MISTAKES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "unknown key": ({TIP: tip("autor: dana")}, (f"{TIP}:4:", "'autor' is no key", "Did you mean 'authors'?")),
    "doubled key": ({TIP: tip("title: Newer")}, (f"{TIP}:4:", "'title' is written twice", "Keep one")),
    "list where a word is due": (
        {TIP: tip("slug: [a, b]")},
        (f"{TIP}:4:", "slug: is a list", "Write `slug: a`"),
    ),
    "indented list where a text is due": (
        {TIP: tip("summary:\n  - one\n  - two")},
        (f"{TIP}:", "summary: is a list"),
    ),
    "day that is none": (
        {TIP: tip("modified: 2026-02-30")},
        (f"{TIP}:4:", "there is no day 2026-02-30", "Check"),
    ),
    "date with two readings": (
        {TIP: tip("modified: 12/1/2026")},
        (f"{TIP}:4:", "more than one way", "2026-01-12", "2026-12-01"),
    ),
    "personal without a code": (
        {TIP: tip("", "Text.\n\n/// coupon | personal")},
        (f"{TIP}:8:", "`personal` is no code", "Write `/// coupon | THANKS25, personal`"),
    ),
    "hour of a send": (
        {TIP: tip("send: 2026-12-08 14:00")},
        (f"{TIP}:4:", "a send has a day and no hour: 14:00 would be lost", "Write 2026-12-08"),
    ),
    "hour of a send in a list": (
        {TIP: tip("send:\n  - 2026-12-08\n  - 15 December 2026 at 2 pm")},
        (f"{TIP}:6:", "14:00 would be lost", "Write 2026-12-15"),
    ),
    "no title": ({TIP: "---\ndate: 2026-11-01\n---\nText.\n"}, (f"{TIP}:1:", "no `title`", "Write `title:`")),
    "no date": ({TIP: "---\ntitle: New\n---\nText.\n"}, (f"{TIP}:1:", "no date", "Write `date:")),
    "misspelt status": ({TIP: tip("status: drfat")}, (f"{TIP}:4:", "'drfat'", "Did you mean 'draft'?")),
    "two items with one id": (
        {"content/tips/2026-11-20-moss.md": tip("summary: Other")},
        (
            "content/tips/moss.md:1:",
            "'tips/moss' is already that of content/tips/2026-11-20-moss.md",
            "Rename",
        ),
    ),
    "two items with one address": (
        {TIP: tip("slug: moss")},
        (f"{TIP}:1:", "'/tips/moss/' is already that of content/tips/moss.md", "another `slug:`"),
    ),
    "unknown segment": (
        {TIP: tip("segments: [custmers]")},
        (f"{TIP}:4:", "'custmers'", "Did you mean 'customers'?"),
    ),
    "unknown segment of a newsletter": (
        changed(WALL, "[customers, prospects]", "[custmers]"),
        (f"{WALL}:5:",),
    ),
    "unknown segment in a block": (
        {TIP: tip("", "/// for | custmers\nText.\n///")},
        (f"{TIP}:6:", "'custmers'", "Did you mean 'customers'?"),
    ),
    "unknown sender": (
        changed(WALL, "every:", "sender: danna\nevery:"),
        (f"{WALL}:4:", "Did you mean 'dana'?"),
    ),
    "unknown owner": (
        changed(COMPANY, "owner: dana", "owner: dan"),
        (f"{COMPANY}:9:", "Did you mean 'dana'?"),
    ),
    "unknown merge tag": (
        {TIP: tip("", "Dear {{ frist_name }}")},
        (f"{TIP}:6:", "frist_name", "Did you mean 'first_name'?"),
    ),
    "unknown merge tag in a subject": (
        changed(WALL, "{{ first_name", "{{ frist_name"),
        (f"{WALL}:6:", f"{WALL}:8:"),
    ),
    "unclosed merge tag": ({TIP: tip("", "Dear {{ first_name")}, (f"{TIP}:6:",)),
    "misspelt block": (
        {TIP: tip("", "/// segmnt | prospects\nSECRET\n///")},
        (f"{TIP}:6:", "`/// segmnt` is no block", "Blocks: "),
    ),
    "unclosed block": ({TIP: tip("", "/// callout | Tip\nText.")}, (f"{TIP}:6:", "never closed", "Close it")),
    "fence of two slashes": ({TIP: tip("", "// for | customers\nSECRET\n//")}, (f"{TIP}:6:",)),
    "sub-query": (
        {SEGMENT: rule("first_name in (select email from contacts)")},
        (f"{SEGMENT}:4:", "no query inside", "in_segment"),
    ),
    "file function": (
        {SEGMENT: rule("read_text('/etc/passwd') is not null")},
        (f"{SEGMENT}:4:", "no function read_text()", "Known: "),
    ),
    "file as a table": (
        {SEGMENT: rule("exists(select * from 'var/contacts/contacts.csv')")},
        (f"{SEGMENT}:4:",),
    ),
    "unknown field in a rule": (
        {SEGMENT: rule("frist_name = 'x'")},
        (f"{SEGMENT}:4:", "first_name"),
    ),
    "rule of a step": (
        {
            "content/sequences/first/01-thanks.md": FILES["content/sequences/first/01-thanks.md"].replace(
                "after: 1 day", "after: 1 day\nonly_if: purchses() > 1"
            )
        },
        ("content/sequences/first/01-thanks.md:4:", "purchases"),
    ),
    "rule of a promotion": (
        changed("content/promotions/joints.md", "code:", "stop_when: purchses() > 1\ncode:"),
        ("content/promotions/joints.md:5:", "purchases"),
    ),
    "cadence that is none": (changed(WALL, "Tuesday at 09:00", "Tuesdy at 09:00"), (f"{WALL}:4:", "Tues")),
    "front matter without an end": ({TIP: "---\ntitle: New\nText.\n"}, (f"{TIP}:1:", "no closing line")),
    "empty file": ({TIP: ""}, (f"{TIP}:1:", "no front matter")),
    "text alone": ({TIP: "Hello.\n"}, (f"{TIP}:1:", "no front matter")),
    "no company": ({COMPANY: ""}, (f"{COMPANY}:1:", "no front matter")),
    "unknown key of the audience": (
        {SPEC: AUDIENCE.replace('email = "email"', 'emial = "email"')},
        (f"{SPEC}:6:", 'unknown key "emial"', 'Did you mean "email"?'),
    ),
    "audience that is no TOML": (
        {SPEC: AUDIENCE.replace("[fields.mason]", "[fields.mason")},
        (f"{SPEC}:22:",),
    ),
    "colours that are no TOML": ({"themes/brand.toml": "[light\n"}, ("themes/brand.toml:1:",)),
    "settings with a mistake": (
        {"pelicanconf.py": f"{CONF}\nx = (\n"},
        ("pelicanconf.py:10:", "SyntaxError"),
    ),
    "settings that end the program": (
        {"pelicanconf.py": f"raise SystemExit(0)\n{CONF}"},
        ("pelicanconf.py:1:",),
    ),
    "unknown setting": (
        {"pelicanconf.py": CONF.replace('"as_of"', '"asof"')},
        ("pelicanconf.py:8:", "'asof' is no key of TOPMIND", "Did you mean 'as_of'?"),
    ),
    "setting of a wrong kind": (
        {"pelicanconf.py": CONF.replace('"2026-12-01"', '"tomorrow"')},
        ("pelicanconf.py:8:", "TOPMIND['as_of']"),
    ),
    "settings that are no dict": (
        {"pelicanconf.py": f"{CONF}TOPMIND = 'x'\n"},
        ("pelicanconf.py:9:", "a dict is due"),
    ),
    "unknown zone": (
        {"pelicanconf.py": CONF.replace("Europe/Dublin", "Europe/Dubln")},
        ("pelicanconf.py", "'Europe/Dubln' is not known", "America/New_York"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_everywhere(desk: Desk, name: str) -> None:
    """File, line, what and what to do; exit 1 from every command; nothing written; a stop still works."""
    files, words = MISTAKES[name]
    desk.write(files)
    refused(desk, 1, *words)
    checked = desk.type("check")
    assert checked.code == 1
    assert all(word in checked.text for word in words), checked.text
    mails = desk.mails()
    assert desk.type("stop", "wall").code == 0
    desk.write({path: FILES.get(path) for path in files})
    assert "wall" in desk.type("stop", "all").out, "the stop was not kept"
    assert desk.mails() == mails


def test_five_mistakes_in_five_files_are_told_at_once(desk: Desk) -> None:
    """Front matter, block, rule, sender, settings of the audience: one run names them all, each once."""
    desk.write(
        {
            TIP: tip("autor: dana"),
            "content/tips/moss.md": FILES["content/tips/moss.md"] + "\n/// segmnt\n",
            SEGMENT: rule("read_text('/etc/passwd') is not null"),
            **changed(WALL, "every:", "sender: danna\nevery:"),
            **changed(COMPANY, "country: IE", "country: Irelnd"),
        }
    )
    said = refused(desk, 1, "5 problems", commands=(*OTHERS, *COMMANDS))
    places = re.findall(r"^(\S+?):\d+: error", said.err, re.MULTILINE)
    assert sorted(places) == sorted([COMPANY, WALL, "content/tips/moss.md", TIP, SEGMENT])
    assert said.err.count("\n") == 7, "five lines, the count, and the last word"


def test_a_mistake_has_no_echo(desk: Desk) -> None:
    """A broken segment is not missing too; a missing audience is one mistake and not one per merge tag."""
    desk.write({"segments/customers.md": FILES["segments/customers.md"].replace("rank: 10", "rnak: 10")})
    desk.write({SEGMENT: rule("in_segment('customers')")})
    refused(desk, 1, "segments/customers.md:5:", "1 problem in", commands=(["send"],))
    desk.write({"segments/customers.md": FILES["segments/customers.md"], SPEC: None})
    refused(desk, 1, f"{SPEC}: error: is missing", "1 problem in", commands=(["send"],))


def test_a_draft_stays_one_after_a_list(desk: Desk) -> None:
    """`status: draft` below an indented list counts: the text is on no page and in no mail."""
    desk.write({TIP: tip("tags:\n  - damp\n  - walls\nstatus: draft", "SECRETDRAFT.")})
    assert desk.type("build", "--no-search").code == 0
    assert desk.type("send").code == 0
    for path in [*(desk.root / "output").rglob("*"), *(desk.root / "var" / "outbox").glob("*.eml")]:
        assert not path.is_file() or b"SECRETDRAFT" not in path.read_bytes(), path


# --- files that are no texts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 100, "UTF-8"),
        (b"---\ntitle: Caf\xe9\ndate: 2026-11-01\n---\nText.\n", "UTF-8"),
        ("---\ntitle: New\n---\n".encode("utf-16"), "UTF-8"),
        (b"---\ntitle: a\x00b\n---\n", "zero byte"),
    ],
    ids=["a picture", "windows-1252", "utf-16", "a zero byte"],
)
def test_a_file_that_is_no_text(desk: Desk, raw: bytes, words: str) -> None:
    """Its name, its line where there is one, and how to save it."""
    desk.write({TIP: raw})
    refused(desk, 1, TIP, words)


def test_a_byte_order_mark_is_no_mistake(desk: Desk) -> None:
    """Notepad writes one; the title below it is found."""
    desk.write({TIP: b"\xef\xbb\xbf" + tip("summary: One").encode().replace(b"\n", b"\r\n")})
    assert desk.type("build", "--no-search").code == 0
    assert (desk.root / "output" / "tips" / "new" / "index.html").is_file()


def test_a_huge_file_is_refused_quickly(desk: Desk) -> None:
    """Forty megabytes in one file, or in one line, are a mistake and no hour of work."""
    desk.write({TIP: tip("", "Text. " * 7_000_000)})
    refused(desk, 1, TIP, "MB", commands=(["send"], ["build", "--no-search"]))
    desk.write({TIP: tip("tags: [" + "a, " * 3_000_000 + "]")})
    refused(desk, 1, TIP, commands=(["send"],))


def test_a_folder_with_the_name_of_a_file(desk: Desk) -> None:
    """`tips/new.md/` is told, and not passed over."""
    (desk.root / TIP).mkdir()
    refused(desk, 1, TIP, "is a folder")


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights there")
@pytest.mark.parametrize("target", ["new.md", "..", "nowhere.md", "/dev/zero"])
def test_links_that_lead_nowhere(desk: Desk, target: str) -> None:
    """To itself, to the folder above, to nothing, to an endless device: a sentence, not a loop."""
    (desk.root / TIP).symlink_to(target)
    refused(desk, 1, TIP, "link", commands=(["send"], ["build", "--no-search"]))


def test_a_link_out_of_the_project_is_not_read(desk: Desk, tmp_path: Path) -> None:
    """A file of somebody else does not become a page because a link leads to it."""
    (tmp_path / "private.md").write_text(tip("", "SECRETDRAFT"), "utf-8")
    (desk.root / TIP).symlink_to(tmp_path / "private.md")
    images = desk.root / "content" / "images"
    images.mkdir()
    (images / "all").symlink_to(desk.root / "var")
    (images / "one.png").symlink_to(desk.root / "var" / "contacts" / "contacts.csv")
    refused(desk, 1, TIP, "images/all", "images/one.png", commands=(["build", "--no-search"], ["send"]))


# --- themes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "where"),
    [
        ("themes/site/templates/base.html", "<html>{% if %}", "themes/site/templates/base.html:1"),
        ("themes/site/templates/tip.html", "{{ nothing.there.at.all }}", "themes/site/templates/tip.html:1"),
        ("themes/email/newsletter.mjml", "<mjml><mj-body>{{ nope }", "themes/email/newsletter.mjml:1"),
        (
            "themes/email/newsletter.mjml",
            "<mjml><mj-body><mj-text></mj-body></mjml>",
            "themes/email/newsletter.mjml",
        ),
    ],
)
def test_a_broken_theme(desk: Desk, path: str, text: str, where: str) -> None:
    """The build names template and line and keeps the last good site; a broken mail theme holds its mails alone."""
    desk.write({path: text})
    if path.startswith("themes/site"):
        refused(desk, 1, where, "last good site", commands=(["build", "--no-search"],))
        return
    said = desk.type("send")
    assert said.code == 1
    assert where in said.text
    assert len(desk.mails()) <= PEOPLE + 1, "only the step with its own theme goes"


def test_a_theme_that_is_not_there(desk: Desk) -> None:
    """Named in the settings, absent on the disk: told as such."""
    desk.write({"pelicanconf.py": CONF.replace("themes/site", "themes/nowhere")})
    refused(desk, 1, "pelicanconf.py", "themes/nowhere", commands=(["build", "--no-search"],))
