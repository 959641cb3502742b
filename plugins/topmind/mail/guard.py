"""The one door to the MJML compiler (mrml): what it cannot check is checked here, what it gets wrong is mended.

mrml validates nothing and names no line; 12 000 nested tags crash the process; attributes of HTML come out in
Rust's debug form; white space with a line end between two inline elements is dropped; a padding that begins with a
bare 0 counts for nothing in the widths of columns and pictures; remote fonts are linked unless they are switched off.
So each document is parsed first with expat, which knows line and column, checked against `components`, and written
anew in the one spelling that mrml carries unharmed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from topmind.errors import MailError
from topmind.mail.components import COMPONENTS, HTML, NEEDED, REFUSED, VOID
from topmind.near_words import near_word

#: Nesting of tags; a rich mail has 30, the compiler's stack ends at some thousand.
MAX_DEPTH = 100
#: Characters of MJML; a mail that Gmail shows whole has a fiftieth of it.
MAX_SIZE = 4_000_000
#: Problems that are told at once.
MOST = 20
_UNSAFE = re.compile(r"[^ !#-%'-;=?-\[\]-~]")  # outside printable ASCII, and & < > " \ themselves
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_SPACES_ONLY = re.compile(r"[ \t\r\n]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was written: file, line and column (from 1), and the whole line."""

    path: str
    line: int
    column: int
    text: str


#: Line and column of the MJML → where its author wrote that.
Locate = Callable[[int, int], Origin]


def to_html(mjml: str, path: str, locate: Locate | None = None) -> str:
    """The HTML of one MJML document. `path` names it in messages, unless `locate` knows better.

    Raises MailError with file, line, column and the offending line of everything that is wrong.
    """
    walk = _Walk(path, sane(mjml), locate)
    walk.run()
    from mjml import mjml2html

    try:
        return str(mjml2html("".join(walk.out), disable_comments=True, fonts={}))
    except ValueError as error:
        walk.say_at(_offset(str(error)), f"the MJML compiler refuses it: {error}.")
    except BaseException as error:
        # A panic in Rust is no Exception for Python, and no reason to end the process.
        if type(error).__name__ != "PanicException":
            raise
        walk.say_at(0, "the MJML compiler fails on this mail.", "Take out what was added last.")
    raise walk.error()


def sane(mjml: str, keep: str = "") -> str:
    """Without control characters but those of `keep`, and with numbers for the names that XML does not know."""
    clean = _CONTROL.sub(lambda found: found[0] if found[0] in keep else "", mjml)
    return _NAMED.sub(_number, clean)


def _number(match: re.Match[str]) -> str:
    """`&nbsp;` as `&#160;`, as long as the name where that can be: columns in messages stay true."""
    if match[1] in _XML_NAMES:
        return match[0]
    text = html.unescape(match[0])
    if len(text) == 1:
        return f"&#{ord(text):0{len(match[0]) - 3}d};"
    return match[0] if text == match[0] else "".join(f"&#{ord(c)};" for c in text)


def _offset(words: str) -> int:
    """The byte that the compiler names, as in `… at position 31:39`; 0 where it names none."""
    found = re.search(r"position (\d+):", words)
    return int(found[1]) if found else 0


@lru_cache(maxsize=4096)
def _attribute(value: str) -> str:
    """An attribute that survives mrml: white space collapsed, everything but plain ASCII as a number."""
    flat = _SPACES_ONLY.sub(" ", value).strip()
    return _UNSAFE.sub(lambda m: "&amp;" if m[0] == "&" else f"&#{ord(m[0])};", flat)


def _sized(tag: str, name: str, value: str) -> str:
    """`0 32px` as `0px 32px`: of a bare 0 mrml makes no padding at all, so columns and pictures get too wide."""
    if "padding" not in name or tag not in COMPONENTS:
        return value
    return " ".join("0px" if part == "0" else part for part in value.split())


class _Walk:
    """One pass of expat over a document, writing it anew."""

    def __init__(self, path: str, source: str, locate: Locate | None) -> None:
        self.path = path
        self.source = source
        self.locate = locate or self.here
        self.out: list[str] = []
        self.stack: list[str] = []
        self.problems: list[tuple[int, int, str, str]] = []
        #: How many parts of `out` stand before each start tag, and its place in the source.
        self.tags: list[tuple[int, int, int]] = []
        self.bodies = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.ProcessingInstructionHandler = self.instruction

    def run(self) -> None:
        """Parse all; raise MailError with everything found."""
        if len(self.source) > MAX_SIZE:
            self.problems.append((1, 1, f"more than {MAX_SIZE:,} characters are no mail.", "Show less."))
            raise self.error()
        try:
            self.parser.Parse(self.source.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            says = expat.errors.messages.get(error.code, "is not well-formed")
            fix = f"<{self.stack[-1]}> is open here." if self.stack else ""
            self.problems.append((error.lineno, error.offset + 1, f"no well-formed XML: {says}.", fix))
        if not self.problems and not self.bodies:
            self.problems.append((1, 1, "a mail has one <mj-body>, this has none.", ""))
        if self.problems:
            raise self.error()

    def here(self, line: int, column: int) -> Origin:
        """A place of the MJML itself."""
        lines = self.source.split("\n")
        return Origin(self.path, line, column, lines[line - 1] if line <= len(lines) else "")

    def say(self, says: str, fix: str = "", *, before: str = "") -> None:
        """Note one problem at the parser's place, or `before` it: text is reported once it has ended."""
        place = (self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)
        if before:
            start = len(before) - len(before.lstrip())
            place = (place[0] - before.count("\n", start), start - before.rfind("\n", 0, start))
        self.problems.append((*place, says, fix))
        if len(self.problems) == MOST:
            raise self.error()

    def say_at(self, offset: int, says: str, fix: str = "") -> None:
        """Note one problem at a byte of what was written for the compiler: at the tag that it belongs to."""
        length, part, place = 0, 0, (1, 1)
        for before, line, column in self.tags:
            length += sum(len(text) for text in self.out[part:before])  # all ASCII but words
            part = before
            if length > offset:
                break
            place = (line, column)
        self.problems.append((*place, says, fix))

    def error(self) -> MailError:
        """All problems as one error: file:line:column, what, the offending line."""
        said: dict[str, str] = {}
        for line, column, what, fix in self.problems:
            at = self.locate(line, column)
            words = f"{what} {fix}".rstrip()
            said.setdefault(f"{at.path}:{at.line}:{at.column}: {words}", _shorten(at.text, at.column))
        lines = [line for words, text in said.items() for line in (f"  {words}", f"      {text}")]
        where, _, first = lines[0].strip().partition(": ")
        return MailError("\n".join([first, *lines[1:]]), where=where)

    def start(self, tag: str, attributes: list[str]) -> None:
        """Check and write a start tag."""
        if len(self.stack) >= MAX_DEPTH:
            self.say(f"more than {MAX_DEPTH} tags inside each other.", "Nest less.")
            raise self.error()
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        self.check(tag, pairs)
        self.stack.append(tag)
        parser = self.parser
        self.tags.append((len(self.out), parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))
        written = "".join(f' {name}="{_attribute(_sized(tag, name, value))}"' for name, value in pairs)
        self.out.append(f"<{tag}{written} />" if tag in VOID else f"<{tag}{written}>")

    def check(self, tag: str, pairs: list[tuple[str, str]]) -> None:
        """Whether this tag may stand here, with these attributes."""
        inside = self.stack[-1] if self.stack else ""
        parent = COMPONENTS.get(inside)
        component = COMPONENTS.get(tag)
        default = "mj-attributes" in self.stack
        if not inside and tag != "mjml":
            self.say(f"a mail begins with <mjml>, not with <{tag}>.")
        elif tag in REFUSED:
            self.say(f"<{tag}> is not used in mails.", REFUSED[tag])
        elif component is None and (tag.startswith("mj") or tag not in HTML):
            self.say(f"<{tag}> is no {'component' if tag.startswith('mj') else 'HTML for mails'}.")
        elif component is None:
            self.check_html(tag, default or (parent is not None and parent.content != "html"), pairs)
        elif inside and (
            parent is None or tag not in parent.children or (default and inside != "mj-attributes")
        ):
            self.say(f"<{tag}> may not stand inside <{inside}>.", _inside(tag))
        if component is not None and not default:
            for name, _ in pairs:
                if name not in component.attributes:
                    self.say(f"<{tag}> has no attribute {name!r}.", _nearest(name, component.attributes))
        for name, value in pairs:
            if value.strip().lower().startswith(("javascript:", "vbscript:", "data:text")):
                self.say(f"<{tag} {name}=…> would run code.", "Take it out.")
        self.check_needed(tag, default, pairs)

    def check_needed(self, tag: str, default: bool, pairs: list[tuple[str, str]]) -> None:
        """What must be there: one body, a language, words for a picture."""
        if tag == "mj-body" and not default:
            self.bodies += 1
            if self.bodies == 2:
                self.say("a mail has one <mj-body>, this is the second.")
        name, fix = NEEDED.get(tag, ("", ""))
        if name and default == (tag == "mj-class") and all(pair[0] != name for pair in pairs):
            self.say(f"<{tag}> has no {name}.", fix)

    def check_html(self, tag: str, misplaced: bool, pairs: list[tuple[str, str]]) -> None:
        """HTML stands in content components only; nothing in it runs."""
        if misplaced:
            self.say(f"<{tag}> may not stand here.", "Put it inside <mj-text> or <mj-raw>.")
        for name, value in pairs:
            if name.lower().startswith("on"):
                self.say(f"<{tag} {name}=…> would run code.", "Take it out.")
            elif name.lower() == "http-equiv" and value.strip().lower() == "refresh":
                self.say(f"<{tag} {name}=…> would lead readers away by itself.", "Take it out.")

    def end(self, tag: str) -> None:
        """Write an end tag."""
        self.stack.pop()
        if tag not in VOID:
            self.out.append(f"</{tag}>")

    def text(self, data: str) -> None:
        """Write character data; a line end between inline elements becomes a space (mrml drops it)."""
        inside = self.stack[-1] if self.stack else ""
        parent = COMPONENTS.get(inside)
        if parent is not None and (not parent.content or "mj-attributes" in self.stack):
            if data.strip():
                self.say(f"words stand loose in <{inside}>.", "Put them inside <mj-text>.", before=data)
            return
        if parent is not None and parent.content == "css":
            if "<" in data or "&" in data:
                self.say("a style sheet with < or & cannot pass the compiler.")
            self.out.append(data)
            return
        safe = data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if "pre" in self.stack:
            self.out.append(safe.replace("\n", "&#10;"))
        else:
            self.out.append(_SPACES_ONLY.sub(" ", safe))

    def doctype(self, *_: object) -> None:
        """A document type could define entities without end."""
        self.say("a document type is not allowed.", "Begin with <mjml>.")
        raise self.error()

    def instruction(self, *_: object) -> None:
        """Nothing in a mail is for a processor."""
        self.say("<? … ?> is not allowed.", "Take it out.")


def _shorten(line: str, column: int) -> str:
    """At most 160 characters of a line around a column."""
    start = max(0, column - 100)
    return line.strip() if len(line) <= 160 else f"…{line[start : start + 160]}…"


def _inside(tag: str) -> str:
    """Where a component belongs."""
    homes = sorted(name for name, c in COMPONENTS.items() if tag in c.children and name != "mj-attributes")
    return f"It belongs in {' or '.join(f'<{home}>' for home in homes)}." if homes else ""


def _nearest(name: str, known: frozenset[str]) -> str:
    """The valid name that is meant, or the list."""
    near = near_word(name, known)
    return f"Did you mean {near!r}?" if near else f"It has: {', '.join(sorted(known))}."
