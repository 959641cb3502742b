"""The state of an account as a JSON file, so that a simulator may be stopped and started again."""

from __future__ import annotations

import json
import os
from collections import deque
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from topmind.testing.ses.state import Account, Identity, State, Suppressed

_PLAIN = ("quota", "rate", "sets")
_TIMES = ("CreatedTimestamp", "LastUpdatedTimestamp")


def dump(state: State) -> dict[str, Any]:
    """The state as JSON values; times in ISO form."""
    return {
        "account": state.account.value,
        **{name: getattr(state, name) for name in _PLAIN},
        "suppressed_reasons": list(state.suppressed_reasons),
        "identities": [asdict(identity) for identity in state.identities.values()],
        "suppressed": {
            address: {"reason": entry.reason, "at": entry.at.isoformat()}
            for address, entry in state.suppressed.items()
        },
        "lists": {
            name: {
                "list": _written(entry["list"]),
                "contacts": {address: _written(contact) for address, contact in entry["contacts"].items()},
            }
            for name, entry in state.lists.items()
        },
        "sent": [[at.isoformat(), count] for at, count in state.sent],
    }


def read(given: dict[str, Any]) -> State:
    """A state from JSON values; what is left out is as in a new account. KeyError or TypeError for what is none."""
    state = State(**{name: given[name] for name in _PLAIN if name in given})
    state.account = Account(given.get("account", state.account))
    state.suppressed_reasons = tuple(given.get("suppressed_reasons", state.suppressed_reasons))
    state.identities = {entry["name"]: Identity(**entry) for entry in given.get("identities", ())}
    state.suppressed = {
        address: Suppressed(reason=entry["reason"], at=datetime.fromisoformat(entry["at"]))
        for address, entry in given.get("suppressed", {}).items()
    }
    state.lists = {
        name: {
            "list": _read(entry["list"]),
            "contacts": {address: _read(contact) for address, contact in entry["contacts"].items()},
        }
        for name, entry in given.get("lists", {}).items()
    }
    state.sent = deque()
    for at, count in given.get("sent", ()):
        state.count(count, datetime.fromisoformat(at))
    return state


def load(path: Path) -> State | None:
    """The state of a file, None where there is none."""
    return read(json.loads(path.read_text("utf-8"))) if path.is_file() else None


def save(state: State, path: Path) -> None:
    """Write the whole file or none of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps(dump(state), indent=1), "utf-8")
    draft.replace(path)


def _written(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, **{name: entry[name].isoformat() for name in _TIMES}}


def _read(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, **{name: datetime.fromisoformat(entry[name]) for name in _TIMES}}
