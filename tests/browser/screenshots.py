"""`make screenshots`: site, mails and desk at phone and desktop size, light and dark, and one sheet of each; of the
mails one sheet of all. `make screenshots MAILS=only` takes the mails alone."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

import browser_setup
from conftest import BROWSER_ARGS
from served import served

SIZES = {"phone": 390, "desktop": 1280}
SCHEMES = ("light", "dark")
PAGES = {
    "home": "/",
    "tip": "/tips/binoculars/",
    "article": "/articles/december-walk/",
    "promotions": "/promotions/",
    "docs": "/docs/writing/",
    "today": "/desk/",
    "preview": "/desk/preview/",
    "preview-mail": "/desk/preview/tuesday-fix--2026-W50/a/sample/",
    "preview-dark": "/desk/preview/home-almanac--2026-12/a/long-name/?look=dark&width=phone",
    "preview-inverted": "/desk/preview/home-almanac--2026-12/a/right-to-left/?look=inverted",
    "preview-bare": "/desk/preview/home-almanac--2026-12/a/script/?look=bare",
    "preview-text": "/desk/preview/home-almanac--2026-12/a/emoji/?part=text",
    "preview-letter": "/desk/preview/win-back--letter/a/sample/",
    "preview-changes": "/desk/preview/tuesday-fix--2026-W50/a/sample/against/last/",
    "findings": "/desk/findings/",
    "plan": "/desk/plan/",
    "calendar": "/desk/calendar/",
    "outbox": "/desk/outbox/",
}


def mails(outbox: Path) -> Iterator[tuple[str, Path]]:
    """One issue, one letter and one with a coupon, by their subjects' order."""
    import email
    import email.policy

    seen: set[str] = set()
    for path in sorted(outbox.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        name = str(message["List-Id"] or "service").strip("<>").partition(".")[0].split("<")[-1]
        if name not in seen:
            seen.add(name)
            yield name, path


def live(outbox: Path) -> Iterator[tuple[str, str]]:
    """(name, path) of a page behind each kind of signed link that the mails carry."""
    import email
    import email.policy
    import re

    seen: set[str] = set()
    for path in sorted(outbox.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("html",))
        for where, kind in re.findall(
            r'href="https?://[^/"]+(/([upat])/[^"]+)"', body.get_content() if body else ""
        ):
            if kind not in seen:
                seen.add(kind)
                yield {"u": "unsubscribe", "p": "preferences", "a": "answer", "t": "task"}[kind], where


def sheet(pictures: list[Path], target: Path, height: int = 1500) -> None:
    """Pictures side by side, each cut at `height`."""
    from PIL import Image

    images = [Image.open(path).convert("RGB") for path in pictures]
    images = [image.crop((0, 0, image.width, min(image.height, height))) for image in images]
    width = sum(image.width for image in images) + 20 * (len(images) + 1)
    canvas = Image.new("RGB", (width, max(image.height for image in images) + 40), "#888888")
    x = 20
    for image in images:
        canvas.paste(image, (x, 20))
        x += image.width + 20
    canvas.save(target)


def contact_sheet(browser: Any, target: Path) -> None:
    """Every edition of the sample, all that each theme can show and the hostile mails: two files for each, light and
    dark, forced dark, on a phone; and one picture of all of them."""
    from PIL import Image

    from browser import test_mails as mails_of

    folder = target / "mails"
    folder.mkdir(exist_ok=True)
    window = mails_of.Page(browser, mails_of.WIDE, "light")
    strips: list[tuple[str, Image.Image]] = []
    for name in mails_of.MAILS:
        taken = []
        for label, width, scheme in mails_of.LOOKS:
            window.look(width, scheme)
            page = window.show(mails_of.seen_as(name, scheme))
            taken.append(folder / f"{name.replace('/', '-').replace(' ', '-')}-{label}.png")
            page.screenshot(path=taken[-1], full_page=True)
        strip = folder / f"sheet-{name.replace('/', '-').replace(' ', '-')}.png"
        sheet(taken, strip, 4000)
        strips.append((name, Image.open(strip).convert("RGB")))
    window.close()
    across(strips, target / "sheet-all-mails.png")


def across(strips: list[tuple[str, Image.Image]], target: Path, columns: int = 4, width: int = 900) -> None:
    """All strips in columns, each with its name above, the next always in the shortest column."""
    from PIL import Image, ImageDraw

    small = [(name, image.resize((width, image.height * width // image.width))) for name, image in strips]
    heights = [0] * columns
    places = []
    for name, image in small:
        column = heights.index(min(heights))
        places.append((name, image, column * (width + 20), heights[column]))
        heights[column] += image.height + 50
    canvas = Image.new("RGB", (columns * (width + 20), max(heights)), "#888888")
    pen = ImageDraw.Draw(canvas)
    for name, image, x, y in places:
        pen.text((x + 20, y + 12), name, fill="#ffffff", font_size=20)
        canvas.paste(image, (x, y + 40))
    canvas.save(target)


def main() -> int:
    """Play the sample in a temporary folder, serve it, take the pictures into var/screenshots."""
    from playwright.sync_api import sync_playwright

    from topmind.cli.app import call
    from topmind.cli.serving import application

    target = Path(__file__).parents[2] / "var" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    if "--mails" in sys.argv:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_setup.find(), args=BROWSER_ARGS)
            contact_sheet(browser, target)
            browser.close()
        return told(target)
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    if not (root / "output").is_dir():
        call(["-C", str(root), "init", "--sample"])
        call(["-C", str(root), "demo", "--contacts", "300"])
    app, reload = application(root, as_of=None, host="127.0.0.1")
    with served(lambda _address: app, at_end=reload.end) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_setup.find(), args=BROWSER_ARGS)
        wanted = {name: f"{address}{path}" for name, path in PAGES.items()}
        for name, path in mails(root / "var" / "outbox"):
            wanted[f"mail-{name}"] = f"{address}/desk/outbox/{path.name}/html"
        for name, where in live(root / "var" / "outbox"):
            wanted[f"page-{name}"] = f"{address}{where}"
        for name, url in wanted.items():
            taken = []
            for size, width in SIZES.items():
                for scheme in SCHEMES:
                    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
                    page.goto(url)
                    page.wait_for_timeout(150)
                    taken.append(target / f"{name}-{size}-{scheme}.png")
                    page.screenshot(path=taken[-1], full_page=True)
                    page.close()
            sheet(taken, target / f"sheet-{name}.png")
        contact_sheet(browser, target)
        browser.close()
    return told(target)


def told(target: Path) -> int:
    """Says where the pictures are."""
    print(
        f"pictures are in {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
