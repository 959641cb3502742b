"""Error codes of AWS, as messages of ours may repeat them: a text in a code's place may quote a recipient."""

from __future__ import annotations

import re
from typing import Any

#: `MessageRejected`, `AWS.SimpleQueueService.NonExistentQueue`, `403`.
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,80}")


def code_of(error: Any) -> str:
    """The code of a `ClientError`; "?" for anything that no code looks like, "" where it has none."""
    said = str((error.response.get("Error") or {}).get("Code") or "")
    return said if not said or _CODE.fullmatch(said) else "?"
