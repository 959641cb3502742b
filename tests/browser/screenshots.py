"""`make screenshots`: site, mails and desk at phone and desktop size, light and dark, and one sheet of each."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import browser_setup
from conftest import BROWSER_ARGS

SIZES = {"phone": 390, "desktop": 1280}
SCHEMES = ("light", "dark")
PAGES = {
    "home": "/",
    "tip": "/tips/binoculars/",
    "article": "/articles/december-walk/",
    "promotions": "/promotions/",
    "docs": "/docs/writing/",
    "today": "/desk/",
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


def main() -> int:
    """Play the sample in a temporary folder, serve it, take the pictures into var/screenshots."""
    from playwright.sync_api import sync_playwright

    from topmind.cli.app import call
    from topmind.cli.serving import application

    target = Path(__file__).parents[2] / "var" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    if not (root / "output").is_dir():
        call(["-C", str(root), "init", "--sample"])
        call(["-C", str(root), "demo", "--contacts", "300"])
    server, port = serve(application(root, as_of=None, host="127.0.0.1")[0])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_setup.find(), args=BROWSER_ARGS)
        wanted = {name: f"http://127.0.0.1:{port}{path}" for name, path in PAGES.items()}
        for name, path in mails(root / "var" / "outbox"):
            wanted[f"mail-{name}"] = f"http://127.0.0.1:{port}/desk/outbox/{path.name}/html"
        for name, where in live(root / "var" / "outbox"):
            wanted[f"page-{name}"] = f"http://127.0.0.1:{port}{where}"
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
        browser.close()
    server.should_exit = True
    print(
        f"pictures are in {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}"
    )
    return 0


def serve(app: object) -> tuple[object, int]:
    """The desk on a free port of this machine, in a thread."""
    import socket

    import uvicorn

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))  # type: ignore[arg-type]
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return server, listener.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
