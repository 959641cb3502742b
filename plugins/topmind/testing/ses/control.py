"""The simulator's own addresses, under `/_sim/`: inbox, counts, scripts, for tests in other processes and for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from topmind.testing.loopback import Reply, Request
from topmind.testing.ses import pages
from topmind.testing.ses.faults import Faults
from topmind.testing.ses.inbox import Mail
from topmind.testing.ses.publisher import SinkError
from topmind.testing.ses.reactions import Feedback
from topmind.testing.ses.state import Account

if TYPE_CHECKING:
    from topmind.testing.ses.simulator import SesSimulator

_HTML = "text/html; charset=utf-8"


def control(sim: SesSimulator, request: Request) -> Reply:
    """One request to the simulator itself."""
    what = request.path.removeprefix("/_sim/")
    try:
        if request.method == "POST":
            return _post(sim, what, request)
        if request.method == "GET":
            return _get(sim, what, request.query)
    except KeyError:
        return _json({"message": "There is no such mail."}, 404)
    except SinkError as error:
        return _json({"message": str(error)}, 502)
    return _json({"message": "Only GET and POST."}, 405)


def _get(sim: SesSimulator, what: str, query: str) -> Reply:
    if what == "inbox.json":
        return _json([summary(mail) for mail in sim.inbox])
    if what == "calls.json":
        return _json(tallies(sim))
    if what == "inbox":
        shown = parse_qs(query).get("mail", [""])[-1]
        return _page(pages.inbox(sim.inbox, _mail(sim, shown) if shown else None))
    folder, _, name = what.partition("/")
    if folder == "mail":
        return _content(_mail(sim, name.partition(".")[0]), name.partition(".")[2])
    if folder == "unsubscribe":
        _mail(sim, name)
        return _page(pages.UNSUBSCRIBE)  # a GET changes nothing: scanners follow every link
    return _json({"message": "There is nothing at this address."}, 404)


def _post(sim: SesSimulator, what: str, request: Request) -> Reply:
    if what == "reset":
        sim.reset()
    elif what == "flush":
        sim.flush()
    elif what == "script":
        try:
            script(sim, json.loads(request.body or b"{}"))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            return _json({"message": f"No script: {error}"}, 400)
    elif what.startswith("unsubscribe/"):
        sim.unsubscribe(int(what.partition("/")[2]) if what.partition("/")[2].isdigit() else 0)
        if "text/html" in request.headers.get("accept", ""):
            return _page(pages.UNSUBSCRIBED)
    else:
        return _json({"message": "There is nothing at this address."}, 404)
    return _json(tallies(sim))


def script(sim: SesSimulator, given: dict[str, Any]) -> None:
    """Put parts of a script in force: `faults`, `feedback`, `account` ({state, quota, rate}); others stay."""
    if unknown := set(given) - {"faults", "feedback", "account"}:
        raise ValueError(f"unknown part {sorted(unknown)[0]}")
    account = dict(given.get("account", {}))
    faults = Faults.read(given["faults"]) if "faults" in given else None
    feedback = Feedback.read(given["feedback"]) if "feedback" in given else None
    state = Account(account.pop("state", sim.state.account))
    quota, rate = float(account.pop("quota", sim.state.quota)), float(account.pop("rate", sim.state.rate))
    if account:
        raise ValueError(f"unknown field {sorted(account)[0]} of account")
    with sim.lock:
        sim.faults = faults or sim.faults
        sim.feedback = feedback or sim.feedback
        sim.state.account, sim.state.quota, sim.state.rate = state, quota, rate


def tallies(sim: SesSimulator) -> dict[str, Any]:
    """What happened so far: `touches` counts accepted messages per touch tag, double sends are those above 1."""
    with sim.lock:
        return {
            "calls": sim.calls,
            "accepted": sim.mailbox.accepted,
            "touches": dict(sim.mailbox.touches),
            "refused": dict(sim.refused),
            "faults": dict(sim.faulted),
            "feedback": dict(sim.publisher.counts),
        }


def summary(mail: Mail) -> dict[str, Any]:
    """One mail of `inbox.json`; its content is at `/_sim/mail/NUMBER.eml`."""
    return {
        "number": mail.number,
        "message_id": mail.message_id,
        "to": list(mail.to),
        "sender": mail.sender,
        "subject": pages.subject(mail),
        "tags": dict(mail.tags),
        "configuration_set": mail.configuration_set,
        "at": mail.at.isoformat(),
        "bytes": len(mail.raw),
    }


def _mail(sim: SesSimulator, number: str) -> Mail:
    with sim.lock:
        found = sim.mailbox.find(int(number)) if number.isdigit() else None
    if found is None:
        raise KeyError(number)
    return found


def _content(mail: Mail, kind: str) -> Reply:
    if kind == "eml":
        return Reply(body=mail.delivered, headers={"content-type": "message/rfc822"})
    if kind == "txt":
        return Reply(body=mail.text.encode(), headers={"content-type": "text/plain; charset=utf-8"})
    if kind == "html":
        headers = {"content-type": _HTML, "content-security-policy": pages.MAIL_POLICY}
        return Reply(body=(mail.html or pages.plain(mail)).encode(), headers=headers)
    return _json({"message": "A mail is there as .eml, .html and .txt."}, 404)


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers={"content-type": "application/json"})


def _page(html: str) -> Reply:
    return Reply(
        body=html.encode(), headers={"content-type": _HTML, "content-security-policy": pages.PAGE_POLICY}
    )
