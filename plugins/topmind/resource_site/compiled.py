"""Templates of the site are compiled once a process for the same text: that is half the time of a small site.

Each of Pelican's generators has an environment of its own and would compile the same base, and the desk builds anew
at each save.
"""

from __future__ import annotations

from functools import cache
from types import CodeType

from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache

from topmind.date_words import DateStyle


class Compiled(BytecodeCache):
    """The last text of each template, and what it was compiled to; wherever its folder lies."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """With the code of this text, if there is one; its errors name this file."""
        bucket = Bucket(environment, name, source)
        text, code = self._known.get(name, ("", None))
        if code is not None and text == source:
            bucket.code = code.replace(co_filename=filename or name)
        return bucket

    def set_bucket(self, bucket: Bucket) -> None:
        """Keep what was compiled just now."""
        assert bucket.code is not None
        self._known[bucket.key] = (bucket.checksum, bucket.code)


@cache
def compiled(_style: DateStyle) -> Compiled:
    """For sites that write dates alike: what a filter makes of a constant is part of what is compiled."""
    return Compiled()
