"""Requests read and answers written by botocore's own model of SES v2, so that the simulator cannot drift from it.

Unlike botocore's client this also applies `min`, `max`, `pattern` and `enum`, and refuses unknown members.
Source: `service-2.json` of `sesv2` in botocore; "restJson1", Smithy specification.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from topmind.testing.ses.refusals import RefusedError, bad_request

#: Takes a JSON value and its path, gives the Python value or raises RefusedError.
Reader = Callable[[Any, str], Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "list": (list,),
    "map": (dict,),
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "timestamp": (int, float),
}


class Protocol:
    """Operations of SES v2 by method and URI, and their members. Costly to make (0.1 s): one a process is enough."""

    def __init__(self) -> None:
        self._service = ServiceModel(Loader().load_service_model("sesv2", "service-2"), "sesv2")
        self._readers: dict[str, Reader] = {}
        self._fixed: dict[tuple[str, str], OperationModel] = {}
        self._open: list[tuple[str, re.Pattern[str], OperationModel]] = []
        for name in self._service.operation_names:
            operation = self._service.operation_model(name)
            method, uri = operation.http["method"], operation.http["requestUri"]
            if "{" in uri:
                pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(uri))
                self._open.append((method, re.compile(pattern), operation))
            else:
                self._fixed[method, uri] = operation

    def operation(self, method: str, path: str) -> tuple[OperationModel, Mapping[str, str]] | None:
        """The operation and the labels of its URI, or None where SES has nothing."""
        if fixed := self._fixed.get((method, path)):
            return fixed, {}
        for its_method, pattern, operation in self._open:
            if its_method == method and (match := pattern.fullmatch(path)):
                return operation, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def read(
        self, operation: OperationModel, labels: Mapping[str, str], query: str, body: bytes
    ) -> dict[str, Any]:
        """Every member of the request, checked; blobs as bytes, times as datetimes. RefusedError names the first fault."""
        shape = operation.input_shape
        if shape is None:
            return {}
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            raise RefusedError("SerializationException", "The body is not JSON.") from None
        if not isinstance(given, dict):
            raise RefusedError("SerializationException", "The body is not a JSON object.")
        for member in shape.members.values():
            where, wire = member.serialization.get("location"), member.serialization.get("name", "")
            if where in {"uri", "querystring"} and wire in given:
                raise bad_request(f"{wire} belongs into the address, not into the body")
        given.update(_beside_body(shape, labels, query))
        return dict(self._reader(shape)(given, ""))

    def _reader(self, shape: Shape) -> Reader:
        """How values of this shape are read; made once per shape."""
        found = self._readers.get(shape.name)
        if found is None:
            found = self._readers[shape.name] = self._make(shape)
        return found

    def _make(self, shape: Shape) -> Reader:
        check, kind = _limits(shape), shape.type_name
        if kind == "structure":
            return self._structure(shape)
        if kind == "list":
            return self._list(shape, check)
        if kind == "map":
            return self._map(shape)
        convert = _CONVERT.get(kind)

        def read(value: Any, path: str) -> Any:
            _expect(value, kind, path)
            plain = convert(value, path) if convert else value
            check(plain, path)
            return plain

        return read

    def _structure(self, shape: Any) -> Reader:
        readers = {name: self._reader(member) for name, member in shape.members.items()}
        required = tuple(shape.required_members)

        def read(value: Any, path: str) -> dict[str, Any]:
            _expect(value, "structure", path)
            for name in required:
                if value.get(name) is None:
                    raise _fault(f"{path}{name}", None, "Member must not be null")
            found = {}
            for name, member in value.items():
                reader = readers.get(name)
                if reader is None:
                    raise bad_request(f"Unknown member: {path}{name}")
                if member is not None:
                    found[name] = reader(member, f"{path}{name}.")
            return found

        return read

    def _list(self, shape: Any, check: Callable[[Any, str], None]) -> Reader:
        reader = self._reader(shape.member)

        def read(value: Any, path: str) -> list[Any]:
            _expect(value, "list", path)
            check(value, path)
            return [reader(entry, f"{path}{number}.") for number, entry in enumerate(value, 1)]

        return read

    def _map(self, shape: Any) -> Reader:
        keys, values = self._reader(shape.key), self._reader(shape.value)

        def read(value: Any, path: str) -> dict[str, Any]:
            _expect(value, "map", path)
            return {keys(key, path): values(entry, f"{path}{key}.") for key, entry in value.items()}

        return read


def write(answer: Mapping[str, Any]) -> bytes:
    """An answer as JSON; times are seconds since 1970, as restJson1 has them."""
    return json.dumps(answer, separators=(",", ":"), default=lambda moment: moment.timestamp()).encode()


def _beside_body(shape: Any, labels: Mapping[str, str], query: str) -> dict[str, Any]:
    """Members that stand in the URI and the query string."""
    asked = parse_qs(query, keep_blank_values=True)
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        where, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if where == "uri":
            found[name] = labels[wire]
        elif where == "querystring" and wire in asked:
            values = asked.pop(wire)
            found[name] = values if member.type_name == "list" else _typed(values[-1], member.type_name)
    if asked:
        raise bad_request(f"Unknown member: {sorted(asked)[0]}")
    return found


def _typed(text: str, kind: str) -> Any:
    """One value of a query string, as JSON would have it."""
    try:
        if kind in {"integer", "long"}:
            return int(text)
        if kind == "timestamp":
            return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise RefusedError("SerializationException", f"Not a {kind} in the query string.") from None
    return text


def _limits(shape: Shape) -> Callable[[Any, str], None]:
    """The constraints of the model for one shape. Patterns count for the whole value, as SES applies them."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    pattern = re.compile(shape.metadata["pattern"]) if "pattern" in shape.metadata else None
    enum = shape.metadata.get("enum")
    is_number = shape.type_name in {"integer", "long", "double"}

    def check(value: Any, path: str) -> None:
        size = value if is_number else len(value) if least is not None or most is not None else 0
        if least is not None and size < least:
            raise _fault(path, value, f"Member must have length greater than or equal to {least}")
        if most is not None and size > most:
            raise _fault(path, value, f"Member must have length less than or equal to {most}")
        if pattern is not None and not pattern.fullmatch(value):
            raise _fault(path, value, f"Member must satisfy regular expression pattern: {pattern.pattern}")
        if enum and value not in enum:
            raise _fault(path, value, f"Member must satisfy enum value set: [{', '.join(enum)}]")

    return check


def _fault(path: str, value: Any, says: str) -> RefusedError:
    shown = "null" if value is None else f"a value of {len(str(value))} characters"
    return bad_request(
        f"1 validation error detected: {shown} at '{path.rstrip('.')}' failed to satisfy constraint: {says}"
    )


def _expect(value: Any, kind: str, path: str) -> None:
    allowed = _TYPES[kind]
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind != "boolean"):
        raise RefusedError("SerializationException", f"{path.rstrip('.') or 'the body'} is not a {kind}.")


def _blob(value: str, path: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise RefusedError("SerializationException", f"{path.rstrip('.')} is not base64.") from None


def _moment(value: float, path: str) -> datetime:
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError):
        raise RefusedError("SerializationException", f"{path.rstrip('.')} is no time.") from None


_CONVERT: Mapping[str, Reader] = {"blob": _blob, "timestamp": _moment}
