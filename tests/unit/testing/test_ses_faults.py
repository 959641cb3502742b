"""What goes wrong on the way, as botocore shows it to a sender, and what was really accepted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from ses_samples import a_send
from topmind.testing.ses import Fault, FaultKind, Faults, SesSimulator
from topmind.testing.ses.faults import ACCEPTED, GARBAGE


def at_first(kind: FaultKind, **over: Any) -> Faults:
    """The first call meets this, the second nothing."""
    return Faults(at={1: Fault(kind=kind, **over)})


def outcome(client: Any, **over: Any) -> str:
    """How one call ends: accepted, no id, the name of an error of SES, or of an exception of botocore."""
    try:
        answer = client.send_email(**a_send(**over))
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except (ConnectionClosedError, ReadTimeoutError) as error:
        return type(error).__name__
    except Exception as error:  # noqa: BLE001  whatever botocore does with garbage is what is asked here
        return f"exception {type(error).__name__}"
    return "accepted" if answer.get("MessageId") else "no id"


@pytest.mark.parametrize(
    ("kind", "seen", "accepted"),
    [
        (FaultKind.RESET, "ConnectionClosedError", 1),
        (FaultKind.ERROR, "InternalFailure", 1),
        (FaultKind.SLOW, "accepted", 1),
        (FaultKind.THROTTLE, "ThrottlingException", 0),
        (FaultKind.REFUSE, "MessageRejected", 0),
        (FaultKind.EXPIRED, "ExpiredTokenException", 0),
        (FaultKind.LOST, "ConnectionClosedError", 0),
        (FaultKind.ERROR_BEFORE, "InternalFailure", 0),
    ],
)
def test_each_fault(sim: SesSimulator, client: Any, kind: FaultKind, seen: str, accepted: int) -> None:
    """The sender sees it once, the inbox tells the truth, the next call goes through."""
    sim.faults = at_first(kind, seconds=0.01)
    assert outcome(client) == seen
    assert len(sim.inbox) == accepted == (kind in ACCEPTED)
    assert outcome(client) == "accepted"
    assert sim.faulted == {kind.value: 1}


def test_a_hung_call(sim: SesSimulator) -> None:
    """Accepted, and no answer ever: only the sender's own timeout ends it."""
    client = sim.client(read_timeout=0.2)
    sim.faults = at_first(FaultKind.HANG)
    assert outcome(client) == "ReadTimeoutError"
    assert len(sim.inbox) == 1


@pytest.mark.parametrize(
    ("variant", "seen"),
    [("truncated", "no id"), ("text", "no id"), ("empty", "no id"), ("nothing", "no id"), ("short", "no id")],
)
def test_garbage(sim: SesSimulator, client: Any, variant: str, seen: str) -> None:
    """A 200 whose body is no answer comes back from boto3 without an exception and without an id."""
    sim.faults = at_first(FaultKind.GARBAGE, variant=variant)
    assert outcome(client) == seen
    assert len(sim.inbox) == 1
    assert set(GARBAGE) == {"truncated", "text", "empty", "nothing", "short"}


def test_the_text_tells_rate_from_quota(sim: SesSimulator, client: Any) -> None:
    """Both are 429 ThrottlingException; a script may say which, and with which name."""
    sim.faults = at_first(
        FaultKind.THROTTLE, says="Daily message quota exceeded.", code="TooManyRequestsException"
    )
    with pytest.raises(ClientError, match="Daily message quota exceeded") as error:
        client.send_email(**a_send())
    assert error.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_a_fault_of_one_recipient(sim: SesSimulator, client: Any) -> None:
    """Each of their calls meets it; others are served."""
    sim.faults = Faults(to={"ada@example.org": Fault(kind=FaultKind.REFUSE)})
    assert outcome(client, to="Ada@example.org") == "MessageRejected"
    assert outcome(client) == "accepted"
    assert outcome(client, to="ada@example.org") == "MessageRejected"


def test_a_wrong_request_is_wrong_before_any_fault(sim: SesSimulator, client: Any) -> None:
    """What SES would not have taken is not accepted by a fault."""
    sim.faults = at_first(FaultKind.RESET)
    assert outcome(client, tags={"a b": "c"}) == "BadRequestException"
    assert sim.inbox == ()


def test_refusals_are_counted(sim: SesSimulator, client: Any) -> None:
    """By the name of the error."""
    outcome(client, tags={"a b": "c"})
    outcome(client, ConfigurationSetName="nope")
    assert sim.refused == {"BadRequestException": 1, "NotFoundException": 1}
    assert sim.calls == 2


def test_shares_are_kept_and_repeatable() -> None:
    """Out of 4 000 calls a tenth of each, the same ones for the same seed."""
    shares = dict.fromkeys((FaultKind.THROTTLE, FaultKind.GARBAGE, FaultKind.SLOW), 0.1)

    def drawn(seed: int) -> list[Fault | None]:
        faults = Faults(seed=seed, shares=shares, seconds=1.5)
        return [faults.of_call(number, ("sam@example.org",)) for number in range(1, 4001)]

    first = drawn(1)
    assert first == drawn(1) != drawn(2)
    counted = Counter(fault.kind if fault else None for fault in first)
    assert all(340 <= counted[kind] <= 460 for kind in shares)
    assert counted[None] == 4000 - sum(counted[kind] for kind in shares)
    assert {fault.variant for fault in first if fault and fault.kind is FaultKind.GARBAGE} == set(GARBAGE)
    assert {fault.seconds for fault in first if fault} == {1.5}


def test_shares_on_the_wire(sim: SesSimulator, client: Any) -> None:
    """What the sender saw and what is in the inbox fit together."""
    sim.faults = Faults(seed=5, shares={FaultKind.RESET: 0.2, FaultKind.LOST: 0.2, FaultKind.ERROR: 0.2})
    found = Counter(outcome(client) for _ in range(50))
    assert len(sim.inbox) == found["accepted"] + sim.faulted["reset"] + sim.faulted["error"]
    assert found["ConnectionClosedError"] == sim.faulted["reset"] + sim.faulted["lost"]
    assert min(sim.faulted.values()) > 0


def test_boto3_s_own_retries_send_twice(sim: SesSimulator) -> None:
    """The fact this whole protocol is built on: with default retries one call is accepted three times."""
    client = sim.client(retries={"mode": "standard"})
    sim.faults = Faults(at={n: Fault(kind=FaultKind.RESET) for n in (1, 2)})
    client.send_email(**a_send())
    assert sim.touches == {"3b1f": 3}


def test_scripts_are_read_from_json() -> None:
    """Kinds by name, or with their fields."""
    found = Faults.read(
        {
            "seed": 7,
            "at": {"3": "hang", "4": {"kind": "garbage", "variant": "text"}},
            "to": {"Ada@example.org": "refuse"},
            "operations": {"GetAccount": {"kind": "error_before", "status": 503}},
            "shares": {"slow": 0.25},
            "seconds": 1.5,
        }
    )
    assert found == Faults(
        seed=7,
        at={3: Fault(kind=FaultKind.HANG), 4: Fault(kind=FaultKind.GARBAGE, variant="text")},
        to={"ada@example.org": Fault(kind=FaultKind.REFUSE)},
        operations={"GetAccount": Fault(kind=FaultKind.ERROR_BEFORE, status=503)},
        shares={FaultKind.SLOW: 0.25},
        seconds=1.5,
    )


@pytest.mark.parametrize(
    "given", [{"at": {"x": "hang"}}, {"at": {"1": "explode"}}, {"share": {}}, {"shares": 1}]
)
def test_what_is_no_script(given: dict[str, Any]) -> None:
    """A misspelt script would test nothing."""
    with pytest.raises((TypeError, ValueError, AttributeError)):
        Faults.read(given)
