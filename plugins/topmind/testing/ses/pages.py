"""The simulator's pages for people: the inbox with one mail open, and the two of its unsubscribe link."""

from __future__ import annotations

from collections.abc import Sequence
from email.header import decode_header, make_header
from html import escape

from topmind.testing.ses.inbox import Mail
from topmind.testing.ses.mime import first

#: Newest mails on the page.
MOST_ROWS = 200
#: No script anywhere; the page shows mails of this server only.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'"
#: A mail may show its pictures and styles, nothing else, even when opened by itself.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src * data:; font-src *"

_STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8888; padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top }
tr[aria-current] { font-weight: 600 }
iframe { background: #fff; border: 1px solid #8888; height: 70vh; width: 100% }
dl { display: grid; gap: .2rem 1rem; grid-template-columns: max-content 1fr }
dd { margin: 0; overflow-wrap: anywhere }
:focus-visible { outline: 3px solid currentColor; outline-offset: 2px }
"""
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>{style}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
)


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=escape(title), style=_STYLE, body=body)


UNSUBSCRIBE = _page(
    "Unsubscribe?",
    '<p>You will get no more of these mails.</p><form method="post"><button>Unsubscribe</button></form>',
)
UNSUBSCRIBED = _page("Unsubscribed", "<p>You will get no more of these mails.</p>")


def inbox(mails: Sequence[Mail], shown: Mail | None) -> str:
    """All mails, newest first, and one of them open."""
    rows = "".join(_row(mail, mail is shown) for mail in reversed(mails[-MOST_ROWS:]))
    table = (
        "<table><thead><tr><th scope=col>No.</th><th scope=col>Time</th><th scope=col>To</th>"
        f"<th scope=col>Subject</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    left_out = f"<p>The newest {MOST_ROWS} are shown.</p>" if len(mails) > MOST_ROWS else ""
    listed = (
        f"<h2>{len(mails)} accepted</h2>{left_out}{table if mails else '<p>Nothing was accepted yet.</p>'}"
    )
    return _page("SES simulator: inbox", (_open(shown) if shown else "") + listed)


def _row(mail: Mail, current: bool) -> str:
    return (
        f"<tr{' aria-current=true' if current else ''}><td>{mail.number}</td><td>{mail.at:%Y-%m-%d %H:%M:%S}</td>"
        f'<td>{escape(", ".join(mail.to))}</td><td><a href="?mail={mail.number}">'
        f"{escape(subject(mail)) or '(no subject)'}</a></td></tr>"
    )


def _open(mail: Mail) -> str:
    facts = {
        "From": mail.sender,
        "To": ", ".join(mail.to),
        "Message id": mail.message_id,
        "Tags": ", ".join(f"{name}={value}" for name, value in mail.tags.items()) or "none",
        "Configuration set": mail.configuration_set or "none",
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return (
        f"<section><h2>{escape(subject(mail)) or '(no subject)'}</h2><dl>{listed}</dl>"
        f'<p><a href="mail/{mail.number}.eml">Source</a> <a href="mail/{mail.number}.txt">Plain text</a></p>'
        f'<iframe sandbox title="The mail" src="mail/{mail.number}.html"></iframe></section>'
    )


def plain(mail: Mail) -> str:
    """A mail without HTML, as a page."""
    return _page(subject(mail) or "(no subject)", f"<pre>{escape(mail.text)}</pre>")


def subject(mail: Mail) -> str:
    """The subject, decoded."""
    return str(make_header(decode_header(first(mail.headers, "subject"))))
