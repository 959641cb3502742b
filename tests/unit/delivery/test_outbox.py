"""The outbox: a mail is there complete or not at all, and no attempt is written twice."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

from topmind.delivery import Outbox
from topmind.ledger import Claim
from topmind.model import Message, OutcomeKind
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_message, a_row, freeze


def a_mail() -> Message:
    """The first mail of a fresh ledger."""
    ledger = a_ledger()
    freeze(ledger, a_row())
    claims: tuple[Claim, ...] = ledger.claim(owner="r", limit=1, now=FixedClock().now())
    return a_message(claims[0])


def test_a_mail_is_a_file(tmp_path: Path) -> None:
    """Named by touch and attempt, the very bytes, nothing else in the folder."""
    outbox, mail = Outbox(tmp_path / "var/outbox"), a_mail()
    outcome = outbox.send(mail)
    (path,) = outbox.folder.iterdir()
    assert (outcome.kind, outcome.message_id) == (OutcomeKind.ACCEPTED, path.name)
    assert path.name == f"{mail.touch_hex}-1.eml"
    assert path.read_bytes() == mail.raw
    assert message_from_bytes(path.read_bytes())["Subject"] == "Gutters"
    assert path.stat().st_mode & 0o077 == 0


def test_never_over_another(tmp_path: Path) -> None:
    """The same attempt again leaves the first file as it is; it is its own proof."""
    outbox, mail = Outbox(tmp_path), a_mail()
    outbox.send(mail)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"what really left")
    again = outbox.send(mail)
    assert again.kind is OutcomeKind.ACCEPTED
    assert path.read_bytes() == b"what really left"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Proven not sent, and there is no use in trying the next one."""
    (tmp_path / "outbox").write_text("a file in the way")
    outcome = Outbox(tmp_path / "outbox").send(a_mail())
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, True)
    assert outcome.reason == "the outbox cannot be written (EEXIST)"


def test_proof(tmp_path: Path) -> None:
    """The file of an attempt proves that attempt and no other."""
    outbox, mail = Outbox(tmp_path), a_mail()
    assert outbox.proof(mail.touch_hex, 1) == ""
    outbox.send(mail)
    assert outbox.proof(mail.touch_hex, 1) == f"{mail.touch_hex}-1.eml"
    assert outbox.proof(mail.touch_hex, 2) == ""
