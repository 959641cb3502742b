"""Tables that are not on this machine, brought here as a file first: from a bucket, a database, standard input."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from topmind.audience.places import READABLE, Place
from topmind.audience.staging import Unusable
from topmind.errors import ConfigError, TopmindError

#: Brings the object of an `s3://` address into a file, with its own date; raises TopmindError.
Download = Callable[[str, Path], None]
#: The objects right below an `s3://` address that ends with `/`; raises TopmindError.
Listing = Callable[[str], Sequence[str]]
#: First bytes → what kind of file it is; all else is text.
_KINDS = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet", bytes.fromhex("D0CF11E0"): ".xls"}


@dataclass(slots=True)
class Outside:
    """What a run may reach beyond its own disk. One per process: standard input can be read once."""

    #: None where no bucket can be read.
    download: Download | None = None
    listing: Listing | None = None
    #: None where nothing is piped in.
    stdin: BinaryIO | None = None
    #: What standard input held.
    _spooled: dict[Path, Path] = field(default_factory=dict)

    def bring(self, place: Place, wanted: Sequence[str], folder: Path, name: str, zone: str) -> Path:
        """The file of a place that has to be fetched: `folder/NAME.…`, for its owner's eyes only; of a folder in a
        bucket a folder. `zone`: whose day a moment of a database has.

        Raises Unusable where it cannot be had today; ConfigError where it never can.
        """
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if place.database:
            from topmind.audience.postgres_tables import copy_out

            target = _new(folder / f"{name}.csv")
            copy_out(place.database, place.table, wanted, target, zone)
            return target
        if place.many:
            return self._objects(place, folder / name)
        if place.s3:
            return self._object(place, _new(folder / f"{name}{PurePosixPath(place.s3).suffix.lower()}"))
        return self._piped(folder, name)

    def _objects(self, place: Place, folder: Path) -> Path:
        """Every readable object of a folder in a bucket, in a folder of ours under its own name."""
        if self.listing is None:
            raise ConfigError("no bucket can be read here.", where=place.shown)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            urls = self.listing(place.s3)
        except TopmindError as error:
            raise Unusable(f"{error.says} {error.fix}".strip()) from None
        for url in urls:
            name = PurePosixPath(url).name
            if PurePosixPath(name).suffix.lower() in READABLE:
                self._object(replace(place, s3=url), _new(folder / name))
        return folder

    def _object(self, place: Place, target: Path) -> Path:
        if self.download is None:
            raise ConfigError("no bucket can be read here.", where=place.shown)
        try:
            self.download(place.s3, target)
        except TopmindError as error:
            raise Unusable(f"{error.says} {error.fix}".strip()) from None
        return target

    def _piped(self, folder: Path, name: str) -> Path:
        kept = self._spooled.get(folder / name)
        if kept is not None and kept.is_file():
            return kept
        if self.stdin is None or self.stdin.isatty():
            raise Unusable("nothing is piped into standard input.")
        spool = _new(folder / f"{name}.tmp")
        with spool.open("wb") as file:
            shutil.copyfileobj(self.stdin, file, 1 << 20)
        with spool.open("rb") as file:
            start = file.read(4)
        target = spool.with_suffix(_KINDS.get(start, ".csv"))
        spool.replace(target)
        self._spooled[folder / name] = target
        return target


def _new(path: Path) -> Path:
    """An empty file that nobody else may read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    return path
