"""The preview as files: the same pages with relative links, made-up readers, and nothing of any contact.

DIR/index.html  findings/  preview/OCCASION/EDITION/PERSONA/  images/  desk.css  desk.js  summary.md
"""

from __future__ import annotations

import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from topmind.date_words import PLAIN
from topmind.desk import looks
from topmind.desk import preview_pages as pages
from topmind.desk.app import pages_of
from topmind.desk.changes_page import changes_page
from topmind.desk.summary import summary
from topmind.errors import UsageError
from topmind.live.look import Pages
from topmind.run.preview import Coming, Mailer, Persona, Preview, SeenMail
from topmind.run.preview.watching import Current

#: All that lies in a folder which an export may replace: its own, pictures of its pages, what a Mac leaves.
OWN = frozenset(
    {
        "index.html",
        "findings",
        "preview",
        "images",
        "pictures",
        "desk.css",
        "desk.js",
        "summary.md",
        ".DS_Store",
    }
)
#: What always lies there.
MARKS = ("index.html", "desk.css", "desk.js", "summary.md")
#: Pictures of a frame that no server gives.
POLICY = looks.POLICY.format(pictures="'self' file: data: https:")
#: What only a desk knows, as a list in files has it.
NOBODY: Mapping[str, Any] = {"search": False, "wait": None, "gone": ()}
_IMAGE = r"(/[^\s\"'<>?#]+\.(?:png|jpe?g|gif|webp|svg))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export wrote."""

    folder: Path
    occasions: int
    mails: int
    findings: int
    #: For the summary of a workflow.
    summary: str


def export(current: Current, folder: Path) -> Exported:
    """Write the preview to `folder`, whole or not at all; an earlier export there is replaced.

    Raises UsageError where something else lies there.
    """
    folder = folder.resolve()
    if folder.exists() and not (folder.is_dir() and _replaceable(folder)):
        raise UsageError(
            "there is something else than a preview, so it is not replaced.",
            where=str(folder),
            fix="Name another folder, or empty this one.",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        draft.chmod(0o755)
        done = _Export(current, draft).write()
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Exported(
        folder=folder,
        occasions=len(current.preview.coming),
        mails=done,
        findings=len(current.preview.findings),
        summary=(folder / "summary.md").read_text("utf-8"),
    )


def _replaceable(folder: Path) -> bool:
    there = {path.name for path in folder.iterdir()}
    return not there or (there <= OWN and all((folder / name).is_file() for name in MARKS))


@dataclass(slots=True)
class _Export:
    """Writes the pages of one state into one folder."""

    current: Current
    folder: Path
    _pictures: dict[str, str] = field(default_factory=dict)

    def write(self) -> int:
        """Everything; how many mails."""
        preview = self.current.preview
        self._assets()
        self._page(
            "findings/",
            "findings.html",
            here="findings",
            make=lambda link: pages.findings_page(preview, link),
        )
        count = 0
        for one in preview.coming:
            for letter in one.letters:
                for persona in preview.personas:
                    self._mail(one, letter, persona)
                    count += 1
        if preview.catalog:
            self._page(
                "preview/",
                "preview.html",
                here="preview",
                make=lambda link: {**pages.index(preview, link), "preview": preview, **NOBODY},
            )
        self._write("index.html", _door("preview/index.html" if preview.catalog else "findings/index.html"))
        self._write("summary.md", summary(preview, count))
        return count

    def _mail(self, one: Coming, letter: str, persona: Persona) -> None:
        preview, mailer = self.current.preview, self._mailer()
        shown = one.showings[one.letters.index(letter)]
        mail = mailer.mail(shown.edition, persona)
        base = pages.place(one, letter, persona.id)
        views = {name: values[0][0] for name, values in pages.VIEWS.items()}

        def made(link: pages.Link) -> dict[str, Any]:
            page = pages.mail_page(preview, one, letter, persona, mail, link, views)
            return {
                **page,
                "preview": preview,
                "key": "",
                "said": "",
                "wrong": "",
                "to": "",
                "query": "",
                "before": None,
            }

        self._page(base, "preview_mail.html", here="preview", make=made)
        self._page(
            f"{base}source/",
            "preview_source.html",
            here="preview",
            make=lambda _link: {"one": one, "mail": mail, "base": base, "query": ""},
        )
        if mail.html:
            self._copies(base, mail, on_paper=one.on_paper)
        if persona.id == "sample":
            self._changes(preview, one, letter, persona, mailer)

    def _copies(self, base: str, mail: SeenMail, *, on_paper: bool) -> None:
        up = "../" * base.count("/")
        pictures = {path: up + name for path, name in self._copied(mail.html).items()}
        made = (("light", looks.light), ("dark", looks.dark), ("bare", looks.without_pictures))
        for name, make in made[:1] if on_paper else made:
            html = looks.framed(make(mail.html), own=self._own(), pictures=pictures, policy=POLICY)
            self._write(f"{base}{name}.html", html)

    def _changes(self, preview: Preview, one: Coming, letter: str, persona: Persona, mailer: Mailer) -> None:
        for other in ("last", *one.letters[: pages.FIRST]):
            made = changes_page(preview, one, letter, other, persona, mailer) if other != letter else None
            if made is not None:
                path = pages.place(one, letter, persona.id, f"against/{other}/")
                self._page(path, "preview_changes.html", here="preview", make=_always({**made, "query": ""}))

    def _copied(self, html: str) -> dict[str, str]:
        """Path on the site → path in the export, of the site's own pictures that this mail shows; each is copied once."""
        content = (self.current.settings.root / "content").resolve()
        shown = re.findall(re.escape(self._site()) + _IMAGE, html, re.IGNORECASE) if self._site() else []
        for path in dict.fromkeys(shown):
            if path in self._pictures:
                continue
            source = (content / unquote(path).lstrip("/")).resolve()
            if source.is_relative_to(content) and source.is_file():
                name = f"images/{len(self._pictures)}{source.suffix}"
                self._pictures[path] = name
                target = self.folder / name
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(source, target)
        return self._pictures

    def _site(self) -> str:
        catalog = self.current.preview.catalog
        return catalog.company.site.rstrip("/") if catalog else ""

    def _own(self) -> tuple[str, ...]:
        return (re.escape(self._site()),) if self._site() else ()

    def _mailer(self) -> Mailer:
        assert self.current.mailer is not None
        return self.current.mailer

    def _assets(self) -> None:
        made = self._templates("")
        self._write("desk.css", made.css)
        script = Path(__file__).parent / "templates" / "desk.js"
        self._write("desk.js", script.read_text("utf-8"))

    def _page(
        self, path: str, template: str, *, here: str, make: Callable[[pages.Link], dict[str, Any]]
    ) -> None:
        """One page at `path`, which ends in a slash."""
        made = self._templates(path)
        values = make(lambda target: relative(path, target))
        self._write(f"{path}index.html", made.render(template, here=here, **values))

    def _templates(self, path: str) -> Pages:
        preview = self.current.preview

        def link(target: str) -> str:
            return relative(path, target)

        nav = [("preview", "Preview", link("preview/"))] if preview.catalog else []
        nav.append(("findings", "Findings", link("findings/")))
        look = self.current.brand
        dates = preview.catalog.company.dates if preview.catalog else PLAIN
        return pages_of(
            look,
            look.logo.text or preview.company,
            dates,
            link=link,
            nav=nav,
            edit=lambda _path: "",
            assets="../" * path.count("/") or "./",
            frame=lambda _base: "",
            static=True,
        )

    def _write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def _always(values: dict[str, Any]) -> Callable[[pages.Link], dict[str, Any]]:
    """The same values, wherever they are shown."""
    return lambda _link: values


def relative(page: str, target: str) -> str:
    """The way from a page (a folder, with its slash) to another one, as a file: `../b/index.html`."""
    way = quote(posixpath.relpath(target.rstrip("/") or ".", page.rstrip("/") or "."))
    return f"{way}/index.html" if target.endswith("/") or not target else way


def _door(to: str) -> str:
    """The first page, which leads on."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Preview</title>'
        f'<meta http-equiv="refresh" content="0; url={to}"></head>'
        f'<body><p><a href="{to}">To the preview</a></p></body></html>\n'
    )
