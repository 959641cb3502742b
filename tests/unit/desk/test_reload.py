"""Live reload follows every kind of save, and goes on whatever goes wrong with one."""

from __future__ import annotations

import queue
import threading
import time
from itertools import count
from pathlib import Path

from topmind.desk.reload import GLANCE, Reload


def test_an_unforeseen_mistake_ends_no_watching(tmp_path: Path) -> None:
    """A full disk at one save: open pages are told, without its words, and the next save is read again."""
    file = tmp_path / "content/a.md"
    file.parent.mkdir()
    failed, went = threading.Event(), threading.Event()

    def read() -> None:
        if went.is_set() or failed.is_set():
            went.set()
            return
        failed.set()
        raise OSError(28, "dana@example.com")

    reload = Reload(tmp_path, read=read, build=lambda: "", version=lambda: 1)
    thread = threading.Thread(target=reload.watch, daemon=True)
    thread.start()
    said = ""
    for event in (failed, went):
        for turn in range(100):  # what is saved before the watching has begun is not seen
            file.write_text(f"{event is went} {turn}", "utf-8")
            if event.wait(0.2):
                break
        said = said or reload.state()
    assert went.is_set()
    reload.end()
    thread.join(10)
    assert "dana" not in said
    assert reload.trouble == ""


def test_what_was_saved_before_it_began_shows(tmp_path: Path) -> None:
    """The site of another day is built once at the beginning, after what makes that quick."""
    done: queue.Queue[str] = queue.Queue()

    def build() -> str:
        done.put("build")
        return ""

    (tmp_path / "content").mkdir()
    reload = Reload(
        tmp_path, read=lambda: None, build=build, version=lambda: 1, warm=lambda: done.put("warm")
    )
    thread = reload.start()
    assert [done.get(timeout=10), done.get(timeout=10)] == ["warm", "build"]
    reload.end()
    thread.join(10)
    assert not thread.is_alive()
    assert (reload.site, done.qsize()) == (1, 0)


def test_what_is_saved_at_the_beginning_is_built_once(tmp_path: Path) -> None:
    """A build that somebody's save asks for while the first one waits is as new as that."""
    file, saved = tmp_path / "content/a.md", threading.Event()
    file.parent.mkdir()

    def build() -> str:
        saved.set()
        for thread in threading.enumerate():
            if thread.name == "live-reload-warm":
                thread.join(10)
        return ""

    def warm() -> None:
        for turn in range(100):  # what is saved before the watching has begun is not seen
            file.write_text(str(turn), "utf-8")
            if saved.wait(0.2):
                break

    reload = Reload(tmp_path, read=lambda: None, build=build, version=lambda: 1, warm=warm)
    thread = reload.start()
    assert saved.wait(10)
    time.sleep(4 * GLANCE / 1000)
    reload.end()
    thread.join(10)
    assert reload.site == 1


def test_settings_that_are_replaced_and_folders_that_are_made_later(tmp_path: Path) -> None:
    """A project without any folder yet: an editor that renames over the settings is followed each time, and so are files
    of a folder that was not there, and of one made anew; what runs write themselves is not."""
    settings, folder = tmp_path / "pelicanconf.py", tmp_path / "segments"
    number = count()
    reads: queue.Queue[dict[str, str]] = queue.Queue()

    def there() -> dict[str, str]:
        files = [settings, *folder.glob("*")]
        return {"folder": str(folder.exists())} | {
            one.name: one.read_text("utf-8") for one in files if one.exists()
        }

    def replaced() -> None:
        (tmp_path / "draft").write_text(str(next(number)), "utf-8")
        (tmp_path / "draft").replace(settings)

    def in_folder() -> None:
        (folder / "a.md").write_text(str(next(number)), "utf-8")

    def anew() -> None:
        folder.rename(tmp_path / "before")
        folder.mkdir()

    def is_read(seconds: float = 10) -> bool:
        try:
            while reads.get(timeout=seconds) != there():
                pass
        except queue.Empty:
            return False
        return True

    reload = Reload(tmp_path, read=lambda: reads.put(there()), build=lambda: "", version=lambda: 1)
    thread = threading.Thread(target=reload.watch, daemon=True)
    thread.start()
    for _ in range(50):  # what is saved before the watching has begun is not seen
        replaced()
        if is_read(0.5):
            break
    for save in (replaced, folder.mkdir, in_folder, anew, in_folder):
        save()
        assert is_read(), save
    while is_read(0.3):
        pass
    (tmp_path / "var").mkdir()
    (tmp_path / "var/ledger.db").write_text("x", "utf-8")
    assert not is_read(0.4)
    reload.end()
    thread.join(10)
    assert not thread.is_alive()
