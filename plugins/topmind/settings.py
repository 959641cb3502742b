"""Settings of a project: the `TOPMIND` dict of `pelicanconf.py`, and places and secrets from the environment."""

from __future__ import annotations

import ast
import os
import runpy
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from topmind.errors import ConfigError
from topmind.near_words import near_word


class PaceSettings(BaseModel):
    """`TOPMIND["pace"]`: slower than the account allows, for `ses`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    #: Messages a second to addresses of one domain; None = no limit of its own.
    per_domain: float | None = Field(default=None, gt=0)
    #: Mails of the first day of a new sender; they double each day that sends, for two weeks. None = no warm-up.
    warm_up: int | None = Field(default=None, ge=1)


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
    #: Words that are right here, whatever a spelling program says.
    words: list[str] = []
    #: Slower than the account allows.
    pace: PaceSettings = PaceSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything outside the content that a run needs to know."""

    #: Absolute path of the project.
    root: Path
    project: ProjectSettings
    #: Upper-case names of `pelicanconf.py`.
    pelican: Mapping[str, Any]
    #: `sqlite:///var/ledger.db`, `memory:`, `s3://…`, `postgresql://…`; may hold a password.
    ledger_url: str = field(repr=False)
    #: Folder (or URL) of the contacts in place of the one in `_audience.toml`; "" = as written there.
    contacts: str
    #: JSON key ring; "" = `var/keys.json` (outbox and memory only).
    keys: str = field(repr=False)
    #: `outbox`, `memory` or `ses`.
    transport: str
    #: Address of the live pages, no trailing slash.
    live_url: str
    configuration_set: str
    feedback_queue: str
    site_bucket: str
    #: Where live pages leave what people want, and what must outlive the ledger is kept: `s3://…` or a folder
    #: (relative to the project); "" = in the ledger's bucket, else `var/inbox`.
    inbox: str = ""
    #: Contact list of SES whose subscription management stands in for live pages; "" = none.
    contact_list: str = ""
    #: Where the rules of segments run: `duckdb` (also ""), `postgres` (the ledger's), or an address.
    segment_engine: str = field(default="", repr=False)

    @property
    def rules_at(self) -> str:
        """Address of the PostgreSQL in which the rules of segments run; "" = here, in DuckDB. Raises ConfigError."""
        said = self.segment_engine
        if said in {"", "duckdb"}:
            return ""
        address = self.ledger_url if said == "postgres" else said
        if address.startswith(("postgresql://", "postgres://")):
            return address
        raise ConfigError(
            "TOPMIND_SEGMENT_ENGINE is postgres, and the ledger is in none."
            if said == "postgres"
            else "TOPMIND_SEGMENT_ENGINE is neither duckdb, nor postgres, nor an address of a PostgreSQL.",
            where="environment",
            fix="Give the database's own address, postgresql://HOST/DATABASE, or leave it out for DuckDB.",
        )

    @property
    def live(self) -> bool:
        """Whether the live pages are where readers can reach them, not on this machine."""
        return (urlsplit(self.live_url).hostname or "") not in {"127.0.0.1", "localhost", "::1"}

    @property
    def live_https(self) -> bool:
        """Whether the live pages are reached over https, as one-click unsubscribe demands (RFC 8058 §3.1)."""
        return urlsplit(self.live_url).scheme == "https"

    @property
    def ses_unsubscribes(self) -> bool:
        """SES itself makes the links to leave: no live pages, and a contact list is named."""
        return self.transport == "ses" and bool(self.contact_list) and not self.live

    @property
    def ledger_name(self) -> str:
        """The ledger's address as messages may print it: without user, password and host."""
        scheme, _, rest = self.ledger_url.partition(":")
        return self.ledger_url if scheme in {"sqlite", "memory"} or not rest else f"{scheme}://…"

    @property
    def var(self) -> Path:
        """Where a run keeps what is not in git."""
        return self.root / "var"


#: Where the desk serves, and so the default of TOPMIND_LIVE_URL.
DESK_URL = "http://127.0.0.1:8000"


#: The file that makes a folder a project.
CONF = "pelicanconf.py"


def load(root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read `pelicanconf.py` of `root` and the environment.

    Raises ConfigError where the file is missing or fails, or a setting has a wrong name or type.
    """
    root = root.resolve()
    conf = root / CONF
    if not conf.is_file():
        raise ConfigError(
            "there is no pelicanconf.py here, so this is no topmind project.",
            where=str(root),
            fix="Give the project's folder with -C DIR, or make one with `topmind init`.",
        )
    pelican = _names(conf)
    project = _project(pelican.pop("TOPMIND", {}), conf)
    found = _settings(root, project, pelican, os.environ if environ is None else environ)
    if found.transport not in {"outbox", "memory", "ses"}:
        raise ConfigError(
            f"TOPMIND_TRANSPORT is {found.transport!r}.",
            where="environment",
            fix="Use outbox, memory or ses.",
        )
    _ = found.rules_at
    address = urlsplit(found.live_url)
    if address.scheme not in {"http", "https"} or not address.netloc:
        raise ConfigError(
            "TOPMIND_LIVE_URL is no web address; every unsubscribe link begins with it.",
            where="environment",
            fix="Write it like https://mail.example.com.",
        )
    return found


def without_file(root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """What the environment alone says: enough to reach the ledger where `pelicanconf.py` is broken."""
    return _settings(root.resolve(), ProjectSettings(), {}, os.environ if environ is None else environ)


def _settings(
    root: Path, project: ProjectSettings, pelican: Mapping[str, Any], env: Mapping[str, str]
) -> Settings:
    """An empty variable counts as unset: hosted runners pass those that nobody has filled as ""."""
    return Settings(
        root=root,
        project=project,
        pelican=pelican,
        ledger_url=env.get("TOPMIND_LEDGER") or "sqlite:///var/ledger.db",
        contacts=env.get("TOPMIND_CONTACTS", ""),
        keys=env.get("TOPMIND_KEYS", ""),
        transport=env.get("TOPMIND_TRANSPORT") or "outbox",
        live_url=(env.get("TOPMIND_LIVE_URL") or DESK_URL).rstrip("/"),
        configuration_set=env.get("TOPMIND_SES_CONFIGURATION_SET", ""),
        feedback_queue=env.get("TOPMIND_FEEDBACK_QUEUE", ""),
        site_bucket=env.get("TOPMIND_SITE_BUCKET", ""),
        inbox=env.get("TOPMIND_INBOX", ""),
        contact_list=env.get("TOPMIND_SES_CONTACT_LIST", ""),
        segment_engine=env.get("TOPMIND_SEGMENT_ENGINE", ""),
    )


def _names(conf: Path) -> dict[str, Any]:
    """The upper-case names of the file. Raises ConfigError with the line that fails."""
    try:
        names = runpy.run_path(str(conf))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a settings file may raise anything, SystemExit(0) too
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        line = error.lineno if isinstance(error, SyntaxError) else _failed_at(error, conf)
        raise ConfigError(
            f"cannot be read: {type(error).__name__}{': ' if said else ''}{said}.",
            where=f"{CONF}:{line}" if line else CONF,
            fix="Mend this line; `topmind init` shows a whole file.",
        ) from error
    return {key: value for key, value in names.items() if key.isupper()}


def _failed_at(error: BaseException, conf: Path) -> int:
    """The line of the settings file on which an exception was raised; 0 = unknown."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(conf)
    ]
    return (lines[-1] if lines else 0) or 0


def _project(said: object, conf: Path) -> ProjectSettings:
    """The checked dict. Raises ConfigError with every mistake in it."""
    if not isinstance(said, dict):
        raise ConfigError(
            f"TOPMIND is a {type(said).__name__}, and a dict is due.",
            where=f"{CONF}:{_line(conf, '')}",
            fix='Write it like TOPMIND = {"ledger": "our-name"}.',
        )
    try:
        return ProjectSettings.model_validate(said)
    except ValidationError as error:
        found = [_mistake(one, conf) for one in error.errors(include_input=False)]
    (line, says, fix), *others = found
    also = "".join(f"\n  {CONF}:{number}: {what} {do}".rstrip() for number, what, do in others)
    raise ConfigError(says, where=f"{CONF}:{line}", fix=fix + also)


def _mistake(one: Any, conf: Path) -> tuple[int, str, str]:
    """One finding of the schema: line, what is wrong, what to do."""
    path = [str(part) for part in one["loc"]]
    line = _line(conf, path[0])
    if one["type"] == "extra_forbidden":
        known = list(ProjectSettings.model_fields)
        near = near_word(path[0], known)
        fix = f"Did you mean {near!r}?" if near else f"Known keys: {', '.join(known)}."
        return line, f"{path[0]!r} is no key of TOPMIND.", fix
    return line, f"TOPMIND[{'.'.join(path)!r}]: {one['msg']}.", ""


def _line(conf: Path, key: str) -> int:
    """The line of a key of the dict, else of TOPMIND itself (1 where neither is written out)."""
    assigned = 1
    for node in ast.walk(ast.parse(conf.read_bytes())):
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "TOPMIND" for t in node.targets
        ):
            assigned = node.lineno
            for name in node.value.keys if isinstance(node.value, ast.Dict) else ():
                if isinstance(name, ast.Constant) and name.value == key:
                    return name.lineno
    return assigned
