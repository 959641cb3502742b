"""Where the time of one SendEmail goes: each layer's own processor time, measured inside real calls."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Layers:
    """A clock at the door of each layer; what a layer calls inside itself counts for the inner one alone."""

    #: Layer → nanoseconds of processor time of its own.
    own: dict[str, int] = field(default_factory=dict)
    _inside: list[int] = field(default_factory=list)
    _undo: list[Callable[[], None]] = field(default_factory=list)

    def watch(self, owner: Any, name: str, layer: str) -> None:
        """Measure this method or function of `owner` as `layer`, until `close`."""
        work, had = getattr(owner, name), name in vars(owner)
        self.own.setdefault(layer, 0)

        def measured(*given: Any, **named: Any) -> Any:
            self._inside.append(0)
            began = time.process_time_ns()
            try:
                return work(*given, **named)
            finally:
                took = time.process_time_ns() - began
                self.own[layer] += took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        setattr(owner, name, measured)
        self._undo.append(lambda: setattr(owner, name, work) if had else delattr(owner, name))

    def close(self) -> None:
        """As it was."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()


CALL = "the transport around it: request, fence, outcome"
CHECK = "our own check of the request"
SERIALISE = "botocore: serialise (base64 and JSON among it)"
ENDPOINT = "botocore: endpoint rules"
SIGN = "botocore: sign (SigV4, SHA-256 of the body)"
PREPARE = "botocore: request objects, headers"
HTTP = "urllib3, http.client and socket"
PARSE = "botocore: parse the answer"
REST = "boto3, botocore: events, contexts, all the rest"


def watched(carrier: Any, limits: Any) -> Layers:
    """Clocks in the transport and in its client. The names with a line in front are botocore's own (1.44): where one is
    gone, this fails at once and measures nothing else in its place."""
    found, client = Layers(), carrier._client
    found.watch(carrier, "send", CALL)
    found.watch(limits, "mistakes", CHECK)
    found.watch(client, "_make_api_call", REST)
    found.watch(client, "_resolve_endpoint_ruleset", ENDPOINT)
    found.watch(client, "_convert_to_request_dict", PREPARE)
    found.watch(client._serializer, "serialize_to_request", SERIALISE)
    found.watch(client._request_signer, "sign", SIGN)
    found.watch(client._endpoint, "prepare_request", PREPARE)
    found.watch(client._endpoint, "_send", HTTP)
    parsers = client._endpoint._response_parser_factory
    made = parsers.create_parser

    def create(protocol: str) -> Any:
        parser = made(protocol)
        found.watch(parser, "parse", PARSE)
        found._undo.pop()  # it lives for one answer
        return parser

    parsers.create_parser = create
    found._undo.append(lambda: setattr(parsers, "create_parser", made))
    return found


def each(work: Callable[[], object], times: int) -> float:
    """Microseconds of processor time for one."""
    work()
    began = time.process_time_ns()
    for _ in range(times):
        work()
    return (time.process_time_ns() - began) / times / 1000


def table(carrier: Any, limits: Any, message: Any, times: int, wire: Callable[[], object]) -> list[str]:
    """Lines of the breakdown; `wire` sends as many bytes over a bare socket and reads the answer."""
    watching = watched(carrier, limits)
    try:
        carrier.send(message)
        watching.own = dict.fromkeys(watching.own, 0)
        for _ in range(times):
            carrier.send(message)
    finally:
        watching.close()
    spent = {layer: own / times / 1000 for layer, own in watching.own.items()}
    whole = sum(spent.values())
    encode = each(lambda: json.dumps({"Data": base64.b64encode(message.raw).decode()}).encode(), times)
    inside = {
        SERIALISE: ("of it base64 and JSON of the mail", encode),
        HTTP: ("of it the bare socket, same bytes", each(wire, times)),
    }
    lines = []
    for layer in (CHECK, CALL, ENDPOINT, SERIALISE, PREPARE, SIGN, HTTP, PARSE, REST):
        lines.append(f"    {spent[layer]:7.0f} µs {spent[layer] / whole:6.1%}  {layer}")
        if layer in inside:
            name, took = inside[layer]
            lines.append(f"      {took:7.0f} µs          {name}")
    return [*lines, f"    {whole:7.0f} µs 100.0%  one call, with the clocks at each door"]
