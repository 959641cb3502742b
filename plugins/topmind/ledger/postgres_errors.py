"""What PostgreSQL says, as ours: by its code, since its texts quote values, users and addresses."""

from __future__ import annotations

from topmind.errors import LedgerDamaged, LedgerError, LedgerLocked

#: Deadlock, serialisation, and the unique rows that two writers may make at the same moment: do it again.
AGAIN = frozenset({"40P01", "40001", "23505"})


class Overtaken(Exception):  # noqa: N818 - no error: the write is done again
    """Another writer got in the way; nothing was written."""


def broken(error: Exception) -> bool:
    """Whether the connection itself is gone."""
    code = _code(error)
    if code:
        return code[:2] == "08" or code in {"57P01", "57P02", "57P03", "57P05", "25P03"}
    return type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}


def told(error: Exception, where: str, busy: float) -> Exception:
    """What to raise for an error inside a transaction."""
    code = _code(error)
    if code in AGAIN:
        return Overtaken()
    if code in {"55P03", "57014"}:
        return LedgerLocked(
            f"others have been writing to the ledger for more than {busy:g} seconds.",
            where=where,
            fix="Wait for them, then run again.",
        )
    if broken(error):
        return LedgerError(
            "the connection to the ledger was lost.",
            where=where,
            fix="Run again when the server is back: what was in hand is listed as unproven, not sent again.",
        )
    if code == "42501":
        return LedgerError(
            "this database user may not do that.",
            where=where,
            fix="Let its owner grant: USAGE and CREATE on the schema, all rights on its tables.",
        )
    if code == "25006":
        return LedgerError(
            "this server only reads: a claim cannot be written there.",
            where=where,
            fix="Point TOPMIND_LEDGER at the primary server.",
        )
    if code in {"42P01", "42703", "3F000"}:
        return LedgerDamaged(
            f"tables or columns of the ledger are missing ({code}).",
            where=where,
            fix="Put the last good copy back; an empty ledger would mail everybody again.",
        )
    if code[:2] == "53" or code in {"58030", "XX001", "XX002"}:
        return LedgerError(
            f"the server cannot write the ledger ({code}): its disk or memory is full or failing.",
            where=where,
            fix="Make room there, then run again: what was not written was not sent either, or is listed.",
        )
    return LedgerError(
        f"the ledger failed ({code or type(error).__name__}).", where=where, fix="Run again with --debug."
    )


#: (what the server's refusal says, what is wrong, what to do); libpq gives no code before the connection stands.
_REFUSALS = (
    (
        ("password authentication failed", "no password supplied", "28p01"),
        "the server does not take this user or password.",
        "Correct TOPMIND_LEDGER (special characters of the password are written as %XX).",
    ),
    (
        ("too many", "remaining connection slots", "53300"),
        "the server has no connection left.",
        "Use fewer --workers, or raise max_connections there.",
    ),
    (
        ("no pg_hba.conf entry", "no encryption", "ssl", "certificate"),
        "the server does not take connections from here, or not with this encryption.",
        "Look at its pg_hba.conf and at sslmode in TOPMIND_LEDGER.",
    ),
    (
        ('database "',),
        "there is no database of that name on the server, or this user may not enter it.",
        "Make it once: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0; and GRANT CONNECT.",
    ),
    (
        ('role "',),
        "the server does not know this user.",
        "Correct the user in TOPMIND_LEDGER.",
    ),
    (
        ("starting up", "shutting down", "recovery", "57p03"),
        "the server is starting or stopping.",
        "Run again in a minute.",
    ),
)


def refused(error: Exception, where: str) -> LedgerError:
    """What to raise where no connection came about; the server's own words stay out of it."""
    text = f"{_code(error)} {error}".lower()
    for signs, says, fix in _REFUSALS:
        if any(sign in text for sign in signs):
            return LedgerError(says, where=where, fix=fix)
    return LedgerError(
        "the server cannot be reached.",
        where=where,
        fix="Look whether it runs, and at host and port in TOPMIND_LEDGER.",
    )


def _code(error: Exception) -> str:
    """The five letters of SQLSTATE; "" where the server said none."""
    return str(getattr(error, "sqlstate", None) or "")
