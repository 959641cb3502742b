"""Forms of the desk: read within bounds, and only where a page of this very desk sent them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

#: Longest body of a form, in bytes.
BODY_LIMIT = 4_096


async def form(request: Request) -> Mapping[str, str]:
    """Fields of a posted form; the last value of a name counts. Raises 413, 400."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413)
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=16)
    except ValueError:
        raise HTTPException(400) from None
    return {name: values[-1] for name, values in fields.items()}


def ours(request: Request, said: Mapping[str, str], key: str) -> bool:
    """Whether a page of this desk sent the form: it knows the key, and the browser names no other origin."""
    host = request.headers.get("host")
    same = request.headers.get("origin") in {None, "null", f"http://{host}", f"https://{host}"}
    return same and hmac.compare_digest(said.get("key", "").encode(), key.encode())
