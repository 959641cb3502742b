"""The resource site as a whole: what is written, what never is, and what stops a build."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from site_project import a_project, built, files_with, read, texts, write
from topmind import catalog, settings
from topmind.audience import read_spec
from topmind.errors import ContentError, SiteError
from topmind.model import Kind
from topmind.resource_site import ArchivedIssue, build
from topmind.resource_site.folder import read_manifest
from topmind.testing.builders import TODAY

ATOM = "{http://www.w3.org/2005/Atom}"

#: File → text with a canary word that no visitor may meet in any form.
CANARIES = {
    "content/tips/2026-11-02-draft.md": "---\ntitle: Canarydraft\nstatus: draft\ntags: [canarydrafttag]\n---\nCanarydraft\n",
    "content/tips/list-draft.md": (
        "---\ntitle: Canarylist\ndate: 2026-11-02\nsegments:\n  - customers\nstatus: draft\n---\nCanarylist\n"
    ),
    "content/tips/future.md": "---\ntitle: Canaryfuture\ndate: 2026-12-02\n---\nCanaryfuture\n",
    "content/promotions/old.md": (
        "---\ntitle: Canaryended\ndate: 2026-10-01\nends: 2026-11-30\ncode: CANARYCOUPON\noffer: canaryended\n---\nCanaryended\n"
    ),
    "content/promotions/next.md": (
        "---\ntitle: Canaryupcoming\ndate: 2026-11-01\nstarts: 2026-12-10\nends: 2026-12-20\n---\nCanaryupcoming\n"
    ),
    "content/events/past.md": (
        "---\ntitle: Canarypast\ndate: 2026-10-01\nbegins: 2026-11-30 10:00\nlocation: canarypast\n---\nCanarypast\n"
    ),
    "content/tips/mail.md": "---\ntitle: Canarymail\ndate: 2026-11-02\nwhere: [email]\n---\nCanarymail\n",
    "content/tips/segment.md": "---\ntitle: Canarysegmented\ndate: 2026-11-02\nsegments: [customers]\n---\nCanarysegmented\n",
    "content/tips/clients.md": "---\ntitle: Canaryclients\ndate: 2026-11-02\naccess: clients\n---\nCanaryclients\n",
    "content/tips/used.md": "---\ntitle: Canaryused\ndate: 2026-10-02\nuse: until 2026-11-30\n---\nCanaryused\n",
    "content/pages/draft.md": "---\ntitle: Canarypagedraft\nstatus: draft\n---\nCanarypagedraft\n",
    "content/pages/future.md": "---\ntitle: Canarypagefuture\ndate: 2027-01-01\n---\nCanarypagefuture\n",
    "content/newsletters/weekly.md": (
        "---\ntitle: Canarynewsletter\nevery: Tuesday at 09:00\nsender: dana\nsubject: Canarynewsletter\n---\nCanarynewsletter\n\n/// slot | 1 tip\n"
    ),
    "content/sequences/after.md": "---\ntitle: Canarysequence\nstarts_from: first_purchase()\n---\nCanarysequence\n",
    "content/sequences/after/01-hello.md": "---\nsubject: Canarystep\nafter: 1 day\n---\nCanarystep\n",
    "segments/customers.md": "---\ntitle: Canarycustomers\nwho:\n  - purchases() > 0\n---\nCanarycustomers\n",
    "content/articles/mixed.md": (
        "---\ntitle: Mixed company\ndate: 2026-11-03\n---\n"
        "/// for | customers\n"
        "## Canaryheading\n\nCanarysummary first, with a note[^canarynote] and the CANARYABBR, see [words][canarylink].\n\n"
        "[^canarynote]: Canaryfootnote\n\n*[CANARYABBR]: Canaryabbreviation\n\n[canarylink]: https://canaryreference.example\n\n"
        "/// callout | Canarycallout\nCanaryinside\n///\n\n/// button | Canarybutton -> https://canarybutton.example/\n\n"
        "/// coupon | CANARYCOUPON\n///\n\n"
        "/// not for | customers\nCanarynotfor\n///\n\n"
        "Everybody reads this. See [the old offer](/promotions/old/) and [the file](../tips/mail.md).\n\n"
        "/// item | tips/mail\n\n/// item | tips/future\n\n"
        "[TOC]\n"
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with the repository's theme."""
    return a_project(tmp_path / "project")


def test_what_nobody_may_read_is_in_no_file(tmp_path: Path) -> None:
    """Drafts, future, ended, past, mail-only, segment-only and clients' words reach no page, feed or index."""
    project = a_project(tmp_path, **CANARIES)
    built(project, search=True)
    assert files_with(project / "output", "canary") == []
    mixed = (project / "output/articles/mixed/index.html").read_text()
    assert "Everybody reads this. See the old offer and the file." in mixed


def test_the_canaries_would_be_found(tmp_path: Path) -> None:
    """The same files on other days, or opened: the words do appear, in pages, feeds, sitemap and search index."""
    opened = CANARIES["content/tips/clients.md"].replace("access: clients\n", "")
    project = a_project(tmp_path, **{**CANARIES, "content/tips/clients.md": opened})
    built(project, date(2026, 12, 12), search=True)
    output = project / "output"
    found = files_with(output, "canaryfuture")
    assert "tips/future/index.html" in found
    assert "feeds/tips.atom.xml" in found
    assert any(name.endswith(".pf_fragment") for name in found)
    assert files_with(output, "canaryclients")
    assert files_with(output, "canaryupcoming")
    assert "https://alder.example/tips/future/" in (output / "sitemap.xml").read_text()
    assert files_with(output, "canarydraft") == []


def test_the_sample_is_built_with_no_word_of_complaint(repository: Path, tmp_path: Path) -> None:
    """The sample company, on its day: every kind has something to show, and the ended offer is gone."""
    found = settings.load(repository, {})
    assert found.project.as_of is not None
    loaded = catalog.load(found, found.project.as_of, read_spec(found).fields)
    assert loaded.catalog is not None, loaded.problems
    report = build(found, loaded.catalog, tmp_path / "output", search=True)
    folders = {name.split("/")[0] for name in report.files}
    assert {kind.folder for kind in Kind} <= folders
    ended = [i for i in loaded.catalog.items.values() if i.ends and i.ends < loaded.catalog.as_of]
    assert ended
    for item in ended:
        assert files_with(report.output, item.title) == []


def test_two_builds_in_one_process_share_nothing(tmp_path: Path) -> None:
    """Signals stay connected, so a second build must not see the first one's items."""
    first = a_project(
        tmp_path / "a", **{"content/tips/first.md": "---\ntitle: Canaryfirst\ndate: 2026-11-02\n---\nx\n"}
    )
    second = a_project(tmp_path / "b")
    built(first)
    built(second)
    again = built(first)
    assert files_with(second / "output", "canaryfirst") == []
    assert "tips/first/index.html" in again.files


def test_equal_input_gives_equal_bytes_in_any_process(project: Path) -> None:
    """Neither the order of sets, the machine's zone, its locale nor the clock shows in a file."""
    here = built(project, archive=(an_issue(),), search=True).files
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path; import site_project as s; from test_site import an_issue\n"
        "s.built(Path(sys.argv[1]), archive=(an_issue(),), search=True)"
    )
    tests = Path(__file__).parents[1]
    for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/Los_Angeles")):
        environ = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(tests / "integration")}
        subprocess.run([sys.executable, "-c", script, str(project), str(tests)], check=True, env=environ)
        assert read_manifest(project / "output") == here
    again = built(project, archive=(an_issue(),), search=True)
    assert again.files == here


def test_the_manifest_is_what_stands_there(project: Path) -> None:
    """Path and SHA-256 of every file, and the day."""
    report = built(project)
    manifest = json.loads((project / "output/.topmind/manifest.json").read_text())
    assert manifest == {"as_of": "2026-12-01", "files": dict(report.files)}
    on_disk = {name for name, _ in texts(project / "output")} - {".topmind/manifest.json"}
    assert on_disk == set(report.files)


def test_pages_indexes_feeds_and_sitemap(project: Path) -> None:
    """A page per item and page, an index per kind and tag, a feed of all and per kind."""
    report = built(project)
    expected = {
        "index.html",
        "404.html",
        "about/index.html",
        "articles/index.html",
        "articles/lime/index.html",
        "search/index.html",
        "tags/damp/index.html",
        "tags/walls/index.html",
        "team/index.html",
        "tips/damp/index.html",
        "tips/index.html",
    }
    assert {name for name in report.files if name.endswith(".html")} == expected
    assert (report.items, report.pages) == (2, len(expected))
    assert {name for name in report.files if name.startswith("feeds/")} == {
        "feeds/all.atom.xml",
        "feeds/articles.atom.xml",
        "feeds/tips.atom.xml",
    }
    page = (project / "output/tips/damp/index.html").read_text()
    assert "Damp &amp; how to find it" in page
    assert "Press a coin to the wall, friend." in page
    assert '<a href="../../articles/lime/">the article</a>' in page
    assert '<link rel="canonical" href="https://alder.example/tips/damp/">' in page
    assert 'href="../../team/#dana">Dana Reyes</a>' in page


def test_a_feed_is_whole_and_has_no_date_of_the_clock(project: Path) -> None:
    """Titles are plain text, links absolute, days those of the items."""
    built(project)
    feed = ElementTree.parse(project / "output/feeds/all.atom.xml").getroot()
    entries = feed.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["Damp & how to find it", "Lime or cement?"]
    assert [e.findtext(f"{ATOM}published") for e in entries] == [
        "2026-11-01T00:00:00+00:00",
        "2026-10-01T00:00:00+01:00",
    ]
    assert feed.findtext(f"{ATOM}updated") == "2026-11-01T00:00:00+00:00"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Alder & Sons"
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://alder.example/tips/damp/"
    assert 'href="https://alder.example/articles/lime/"' in (entries[0].findtext(f"{ATOM}content") or "")


def test_without_a_public_address_there_are_no_feeds(project: Path) -> None:
    """Feeds and sitemap need absolute addresses; the report says what is missing."""
    company = project / "content/company.md"
    company.write_text(company.read_text().replace("site: https://alder.example\n", ""))
    report = built(project)
    assert not [name for name in report.files if name.endswith(".xml")]
    assert "no `site:` address" in report.notes[0]
    assert "canonical" not in (project / "output/index.html").read_text()


def test_a_site_below_a_folder_of_its_domain(project: Path) -> None:
    """Addresses are relative, so the same files serve any place; the 404 page, served at any depth, begins at the root."""
    company = project / "content/company.md"
    company.write_text(company.read_text().replace("https://alder.example", "https://alder.example/repo"))
    built(project)
    assert 'href="/repo/theme/site.css' in (project / "output/404.html").read_text()
    assert '"../../theme/site.css' in (project / "output/tips/damp/index.html").read_text()
    assert "https://alder.example/repo/tips/damp/" in (project / "output/sitemap.xml").read_text()


def an_issue(day: int = 24, **over: str) -> ArchivedIssue:
    """A sent issue as mail hands it over."""
    html = (
        '<!doctype html><html lang="en"><head><title>Fix</title></head><body class="mail"><h1>Fix</h1>'
        '<a href="https://alder.example/tips/damp/">Damp</a> <a href="https://alder.example/gone/">gone</a></body></html>'
    )
    values = {"title": f"Fix <{day}>", "html": html, "summary": "Coins & walls", **over}
    return ArchivedIssue(url=f"/newsletters/fix/2026-11-{day}/", day=date(2026, 11, day), **values)


def test_sent_issues_are_published_as_they_were(project: Path) -> None:
    """A whole mail stays as it is, with a bar that leads back; each newsletter has an index, newest first."""
    built(project, archive=(an_issue(17), an_issue(24)))
    issue = (project / "output/newsletters/fix/2026-11-24/index.html").read_text()
    assert '<body class="mail"><nav' in issue
    assert 'href="../../../newsletters/fix/"' in issue
    assert 'href="../../../tips/damp/"' in issue
    index = (project / "output/newsletters/fix/index.html").read_text()
    assert index.index("Fix &lt;24&gt;") < index.index("Fix &lt;17&gt;")
    assert "Coins &amp; walls" in index
    assert "newsletters/fix/" in (project / "output/newsletters/index.html").read_text()
    assert "https://alder.example/newsletters/fix/2026-11-17/" in (project / "output/sitemap.xml").read_text()


def test_an_issue_without_a_document_takes_the_sites_frame(project: Path) -> None:
    """A fragment stands in the site's own page."""
    built(project, archive=(an_issue(html="<p>Short</p>"),))
    issue = (project / "output/newsletters/fix/2026-11-24/index.html").read_text()
    assert "<p>Short</p>" in issue
    assert '<main id="main"' in issue


# What stops a build. Each time the last good site stays.


def refused(project: Path, *, as_of: date = TODAY) -> str:
    """The message of a build that fails, after one that went well."""
    report_before = read_manifest(project / "output")
    with pytest.raises(SiteError) as caught:
        built(project, as_of)
    assert report_before
    assert read_manifest(project / "output") == report_before
    assert [p.name for p in project.iterdir() if p.name.startswith(".output")] == []
    return str(caught.value)


def test_a_warning_of_pelican_stops_the_build_each_time(project: Path) -> None:
    """Pelican hides a warning that it gave before in this process; the second build fails as the first did."""
    built(project)
    write(project, {"content/tips/odd.md": '---\ntitle: Odd\ndate: 2026-11-02\ntags: ["!!!"]\n---\nx\n'})
    for _ in range(2):
        assert "Unable to generate valid slug" in refused(project)


def test_a_file_that_vanishes_during_the_build_stops_it(project: Path) -> None:
    """Pelican drops what it cannot read and goes on; we compare with what was expected."""
    built(project)
    found, everything = read(project)
    (project / "content/tips/damp.md").unlink()
    with pytest.raises(SiteError, match=r"content/tips/damp\.md: was not read"):
        build(found, everything, project / "output", search=False)
    assert (project / "output/tips/damp/index.html").is_file()


def test_a_file_that_comes_in_during_the_build_is_not_published(project: Path) -> None:
    """Only what the catalog knew is shown."""
    found, everything = read(project)
    write(project, {"content/tips/new.md": "---\ntitle: Canarynew\ndate: 2026-11-02\n---\nCanarynew\n"})
    build(found, everything, project / "output", search=False)
    assert files_with(project / "output", "canarynew") == []


def test_two_pages_of_one_address_stop_the_build(project: Path) -> None:
    """A page called `tips` would lie over the list of tips."""
    built(project)
    write(project, {"content/pages/tips.md": "---\ntitle: Tips\n---\nx\n"})
    assert "two pages want the address /tips/." in refused(project)


def test_a_dead_link_stops_the_build(project: Path) -> None:
    """With the file it stands in; so does a picture that is not there."""
    built(project)
    write(project, {"content/pages/about.md": "---\ntitle: About\n---\n[x](/abuot/) ![y](z.png)\n"})
    message = refused(project)
    assert "content/pages/about.md: the link ../abuot/ leads to no page" in message
    assert "content/pages/about.md: the link ../images/z.png leads to no page" in message


def test_a_misspelt_name_in_a_template_stops_the_build(project: Path) -> None:
    """A gap in a page would be silent otherwise."""
    built(project)
    template = project / "themes/site/templates/team.html"
    template.write_text(template.read_text().replace("member.name", "member.nmae"))
    assert "nmae" in refused(project)


def test_a_wrong_page_stops_the_build(project: Path) -> None:
    """With all problems, as the catalog's own files."""
    built(project)
    write(project, {"content/pages/about.md": "---\ntitel: About\n---\nx\n"})
    before = read_manifest(project / "output")
    with pytest.raises(ContentError):
        built(project)
    assert read_manifest(project / "output") == before


@pytest.mark.parametrize("place", [".", "content", "themes/site", "var", ".."])
def test_a_part_of_the_project_is_never_replaced(project: Path, place: str) -> None:
    """A build replaces its whole folder, so it must be one of its own."""
    found, everything = read(project)
    with pytest.raises(SiteError, match="part of the project"):
        build(found, everything, (project / place).resolve(), search=False)
    assert (project / "content/company.md").is_file()


def test_a_full_disk_stops_the_build(project: Path) -> None:
    """A folder in which nothing may be made gives one clear sentence."""
    built(project)
    found, everything = read(project)
    with pytest.raises(SiteError, match="could not be written"):
        build(found, everything, Path("/proc/site"), search=False)


# Pelican by itself.


def pelican(project: Path) -> subprocess.CompletedProcess[str]:
    """Pelican's own command in a project."""
    command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py", "-o", "plain"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_pelican_alone_with_the_plugin_refuses(tmp_path: Path) -> None:
    """It knows neither the day nor the catalog."""
    project = a_project(tmp_path, **CANARIES)
    done = pelican(project)
    assert done.returncode != 0
    assert "topmind build" in done.stdout + done.stderr
    assert not (project / "plain").exists()


def test_without_the_plugin_nothing_is_read(tmp_path: Path, repository: Path) -> None:
    """The sample's settings switch Pelican's readers off, so a lost plugin line publishes nothing."""
    project = a_project(tmp_path, **CANARIES)
    conf = (repository / "pelicanconf.py").read_text().replace("PLUGINS = [plugin]", "PLUGINS = []")
    (project / "pelicanconf.py").write_text(conf)
    pelican(project)
    output = project / "plain"
    assert files_with(output, "canary") == []
    assert files_with(output, "press a coin") == []


def test_a_project_without_the_plugin_line_is_built_all_the_same(project: Path) -> None:
    """The build brings its plugin along."""
    conf = project / "pelicanconf.py"
    conf.write_text(conf.read_text().replace("PLUGINS = [plugin]\n", ""))
    assert built(project).items == 2


def test_a_build_leaves_the_process_as_it_was(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No line on the terminal, the same locale, plain loggers: commands print what they have to say themselves."""
    import locale
    import logging

    before = locale.setlocale(locale.LC_ALL)
    built(project)
    assert capsys.readouterr().out == ""
    assert locale.setlocale(locale.LC_ALL) == before
    assert logging.getLoggerClass() is logging.Logger
    assert type(logging.getLogger("topmind.after")) is logging.Logger
