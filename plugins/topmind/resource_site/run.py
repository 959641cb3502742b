"""Run Pelican in this process and bring back all it complained about; leave the process as it was."""

from __future__ import annotations

import locale
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from topmind.errors import SiteError


class Complaints(logging.Handler):
    """Keeps each warning and error of Pelican as one line."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note one record, with the exception behind it."""
        line = record.getMessage().strip()
        cause = record.exc_info[1] if record.exc_info else None
        self.lines.append(f"{line}: {type(cause).__name__}: {cause}" if cause else line)


def run_pelican(settings: Mapping[str, Any]) -> list[str]:
    """One build with these settings; returns Pelican's complaints, () where it had none.

    Raises SiteError where Pelican stopped half-way.
    """
    import_pelican()
    from pelican import Pelican
    from pelican.settings import read_settings

    with _listening() as complaints, _same_locale():
        try:
            Pelican(read_settings(override=dict(settings))).run()
        except SiteError:
            raise
        except Exception as error:
            said = "; ".join([*complaints.lines, f"{type(error).__name__}: {error}"]).rstrip(".")
            raise SiteError(
                f"the resource site was not built: {said}.",
                where=_where(error),
                fix="The last good site is untouched.",
            ) from error
    return complaints.lines


def _where(error: BaseException) -> str:
    """`themes/site/templates/base.html:12` of a mistake in a template; "" of any other."""
    from jinja2 import TemplateError, TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return f"{_short(error.filename or error.name or 'template')}:{error.lineno}"
    if isinstance(error, TemplateError):
        # Jinja rewrites tracebacks: its frames name the template and its line
        frames = [
            f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith((".html", ".xml"))
        ]
        return f"{_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return ""


def _short(filename: str) -> str:
    """From `themes/` on, as people know it."""
    parts = Path(filename).parts
    return "/".join(parts[parts.index("themes") :]) if "themes" in parts else filename


def import_pelican() -> None:
    """Import it without its effects on logging: it makes itself the class of every later logger in the process,
    and that class drops repeated warnings."""
    before = logging.getLoggerClass()
    root = logging.getLogger()
    of_root = root.__class__
    import pelican  # noqa: F401 - for its effects, here and nowhere else

    logging.setLoggerClass(before)
    root.__class__ = of_root


@contextmanager
def _listening() -> Iterator[Complaints]:
    """Hear every complaint of this build. Pelican hides a warning that it gave before in this process, so a
    second build with the same fault would pass: its memory is cleared first."""
    from pelican.log import LimitFilter, console

    for memory in (LimitFilter._raised_messages, LimitFilter._group_count, LimitFilter._ignore):  # noqa: SLF001 - no public way
        memory.clear()
    logger = logging.getLogger("pelican")
    heard = Complaints()
    propagates, quiet = logger.propagate, console.quiet
    logger.addHandler(heard)
    logger.propagate, console.quiet = False, True  # commands print what they have to say themselves
    try:
        yield heard
    finally:
        logger.removeHandler(heard)
        logger.propagate, console.quiet = propagates, quiet


@contextmanager
def _same_locale() -> Iterator[None]:
    """Pelican sets the process's locale."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        yield
    finally:
        locale.setlocale(locale.LC_ALL, before)
