"""Settings of a project: the `TOPMIND` dict of `pelicanconf.py`, and places and secrets from the environment."""

from __future__ import annotations

import os
import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from topmind.errors import ConfigError


class ProjectSettings(BaseModel):
    """The dict `TOPMIND` in `pelicanconf.py`; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    #: Id of the ledger this project may send with (`topmind init` writes it); "" = not pinned.
    ledger: str = ""
    #: The day a sample is pinned to; never used with the `ses` transport.
    as_of: date | None = None
    #: Front-matter key of another site → ours.
    aliases: dict[str, str] = {}
    #: Our key → {their value: our value}.
    values: dict[str, dict[str, str]] = {}
    #: Shortcodes to take out of bodies (names).
    ignore: list[str] = []
    #: Files (globs below the project) that are not read.
    exclude: list[str] = []
    #: Cron lines of the scheduled sends; [] = those of `.github/workflows/send.yml`.
    ticks: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything outside the content that a run needs to know."""

    #: Absolute path of the project.
    root: Path
    project: ProjectSettings
    #: Upper-case names of `pelicanconf.py`.
    pelican: Mapping[str, Any]
    #: `sqlite:///var/ledger.db`, `memory:`, `s3://…`, `postgresql://…`.
    ledger_url: str
    #: Folder (or URL) of the contacts in place of the one in `_audience.toml`; "" = as written there.
    contacts: str
    #: JSON key ring; "" = `var/keys.json` (outbox and memory only).
    keys: str
    #: `outbox`, `memory` or `ses`.
    transport: str
    #: Address of the live pages, no trailing slash.
    live_url: str
    configuration_set: str
    feedback_queue: str
    site_bucket: str

    @property
    def var(self) -> Path:
        """Where a run keeps what is not in git."""
        return self.root / "var"


#: Where the desk serves, and so the default of TOPMIND_LIVE_URL.
DESK_URL = "http://127.0.0.1:8000"


def load(root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read `pelicanconf.py` of `root` and the environment.

    Raises ConfigError where the file is missing or fails, or a setting has a wrong name or type.
    """
    env = os.environ if environ is None else environ
    root = root.resolve()
    conf = root / "pelicanconf.py"
    if not conf.is_file():
        raise ConfigError(
            "there is no pelicanconf.py here, so this is no topmind project.",
            where=str(root),
            fix="Give the project's folder with -C DIR, or make one with `topmind init`.",
        )
    try:
        names = runpy.run_path(str(conf))
    except Exception as error:  # a settings file may raise anything
        raise ConfigError(
            f"cannot be read: {type(error).__name__}: {error}", where="pelicanconf.py"
        ) from error
    pelican = {key: value for key, value in names.items() if key.isupper()}
    try:
        project = ProjectSettings.model_validate(pelican.pop("TOPMIND", {}))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"TOPMIND[{place!r}]: {first['msg']}.",
            where="pelicanconf.py",
            fix=f"Known keys: {', '.join(ProjectSettings.model_fields)}.",
        ) from None
    transport = env.get("TOPMIND_TRANSPORT", "outbox")
    if transport not in {"outbox", "memory", "ses"}:
        raise ConfigError(
            f"TOPMIND_TRANSPORT is {transport!r}.", where="environment", fix="Use outbox, memory or ses."
        )
    return Settings(
        root=root,
        project=project,
        pelican=pelican,
        ledger_url=env.get("TOPMIND_LEDGER", "sqlite:///var/ledger.db"),
        contacts=env.get("TOPMIND_CONTACTS", ""),
        keys=env.get("TOPMIND_KEYS", ""),
        transport=transport,
        live_url=env.get("TOPMIND_LIVE_URL", DESK_URL).rstrip("/"),
        configuration_set=env.get("TOPMIND_SES_CONFIGURATION_SET", ""),
        feedback_queue=env.get("TOPMIND_FEEDBACK_QUEUE", ""),
        site_bucket=env.get("TOPMIND_SITE_BUCKET", ""),
    )
