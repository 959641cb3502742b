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
:root { color-scheme: light dark; --line: #8885; --soft: #8881 }
* { box-sizing: border-box }
body { background: Canvas; color: CanvasText; font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 90rem; padding: 1rem }
h1 { font-size: 1.25rem; margin: 0 0 1rem } h2 { font-size: 1.1rem; margin: 0 0 .5rem; overflow-wrap: anywhere }
ol { border: 1px solid var(--line); border-radius: .5rem; list-style: none; margin: 0; overflow: hidden; padding: 0 }
li + li { border-top: 1px solid var(--line) }
li a { color: inherit; display: block; overflow-wrap: anywhere; padding: .5rem .75rem; text-decoration: none }
li a:hover, li a[aria-current] { background: var(--soft) }
li a[aria-current] { border-left: 4px solid LinkText }
li a b { display: block; font-weight: 600 } li a span { display: flex; gap: 0 1rem; flex-wrap: wrap; font-size: .875rem; justify-content: space-between }
dl { display: grid; font-size: .875rem; gap: .1rem 1rem; grid-template-columns: max-content 1fr; margin: 0 0 .75rem }
dd { margin: 0; overflow-wrap: anywhere }
p a + a { margin-left: 1rem }
iframe { background: #fff; border: 1px solid var(--line); border-radius: .5rem; height: 75vh; width: 100% }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
section + section { margin-top: 1.5rem }
@media (min-width: 60rem) {
  .open { align-items: start; display: grid; gap: 1.5rem; grid-template-columns: 24rem 1fr }
  .open section + section { grid-column: 1; grid-row: 1; margin: 0 } .open section:first-child { grid-column: 2 }
  .open ol { max-height: 85vh; overflow-y: auto }
}
:focus-visible { outline: 3px solid currentColor; outline-offset: -3px }
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
    left_out = f"<p>The newest {MOST_ROWS} are shown.</p>" if len(mails) > MOST_ROWS else ""
    # a list that scrolls must be reached by keyboard; its links are
    listed = f"<ol>{rows}</ol>" if mails else "<p>Nothing was accepted yet.</p>"
    every = f"<section><h2>{len(mails)} accepted</h2>{left_out}{listed}</section>"
    return _page("SES simulator: inbox", f'<div class="open">{_open(shown)}{every}</div>' if shown else every)


def _row(mail: Mail, current: bool) -> str:
    return (
        f'<li><a href="?mail={mail.number}"{" aria-current=true" if current else ""}>'
        f"<b>{escape(subject(mail)) or '(no subject)'}</b><span>{escape(', '.join(mail.to))}"
        f"<time>{mail.at:%Y-%m-%d %H:%M:%S}</time></span></a></li>"
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
