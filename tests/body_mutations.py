"""Traps of mrml, python-markdown and MIME that were measured once: each remedy with the test that turns red without it."""

from __future__ import annotations

from mutation import Mutation

GUARD = "unit/mail/test_guard.py"
PROSE = "unit/mail/test_prose.py"
MIME = "unit/mail/test_mime.py"
MERGE = "unit/mail/test_merge.py"
VALUES = "unit/mail/test_values.py"
LEAKS = "unit/mail/test_leaks.py"
BLOCKS = "unit/catalog/test_blocks.py"
SCANNER = "unit/catalog/test_scanner.py"
TAGS = "unit/catalog/test_merge_tags.py"

MRML = (
    Mutation(
        "mrml checks nothing and names no line",
        "mail/guard.py",
        "        if self.problems:\n            raise self.error()\n",
        "",
        f"{GUARD}::test_what_is_wrong_is_named_with_its_place",
    ),
    Mutation(
        "mrml prints attributes of HTML in Rust's debug form",
        "mail/guard.py",
        'return _UNSAFE.sub(lambda m: "&amp;" if m[0] == "&" else f"&#{ord(m[0])};", flat)',
        "return html.escape(flat)",
        f"{GUARD}::test_attributes_survive_the_compiler",
    ),
    Mutation(
        "mrml drops white space with a line end between inline elements",
        "mail/guard.py",
        'self.out.append(_SPACES_ONLY.sub(" ", safe))',
        "self.out.append(safe)",
        f"{GUARD}::test_words_stay_apart",
    ),
    Mutation(
        "mrml drops line ends between elements of a code block",
        "mail/guard.py",
        'self.out.append(safe.replace("\\n", "&#10;"))',
        "self.out.append(safe)",
        f"{GUARD}::test_code_keeps_its_lines",
    ),
    Mutation(
        "nested tags without end crash mrml",
        "mail/guard.py",
        "MAX_DEPTH = 100",
        "MAX_DEPTH = 1000",
        f"{GUARD}::test_depth_is_capped_before_the_compiler",
    ),
    Mutation(
        "mrml links Google Fonts",
        "mail/guard.py",
        "disable_comments=True, fonts={})",
        "disable_comments=True)",
        f"{GUARD}::test_no_remote_font",
    ),
    Mutation(
        "comments travel",
        "mail/guard.py",
        "self.parser.StartDoctypeDeclHandler = self.doctype",
        "self.parser.CommentHandler = self.out.append",
        f"{GUARD}::test_comments_do_not_travel",
    ),
    Mutation(
        "XML knows five names",
        "mail/guard.py",
        "return _NAMED.sub(_number, clean)",
        "return clean",
        f"{GUARD}::test_names_of_html_are_understood",
    ),
    Mutation(
        "mj-preview, mj-font, mj-include and mj-html-attributes do what nobody wants",
        "mail/guard.py",
        "elif tag in REFUSED:",
        'elif tag == "mj-include":',
        f"{GUARD}::test_what_is_wrong_is_named_with_its_place",
    ),
    Mutation(
        "mrml leaves a missing alt missing",
        "mail/components.py",
        '    "img": ("alt",',
        '    "imago": ("alt",',
        f"{GUARD}::test_what_is_wrong_is_named_with_its_place",
    ),
    Mutation(
        "a padding that begins with a bare 0 counts for nothing",
        "mail/guard.py",
        'return " ".join("0px" if part == "0" else part for part in value.split())',
        "return value",
        "unit/mail/test_theme.py::test_outlook_gets_the_widths_of_the_sheet",
    ),
    Mutation(
        "mj-style inline is not inlined",
        "mail/prose.py",
        'written = f\' style="{escape(style)}"\' if style else ""',
        'written = ""',
        f"{PROSE}::test_the_first_and_last_margin_are_the_themes",
    ),
    Mutation(
        "mrml does not clamp a picture to its column",
        "mail/prose.py",
        "width = min(int(declared), self.width) if",
        "width = int(declared) if",
        f"{PROSE}::test_pictures_are_clamped_and_named",
    ),
    Mutation(
        "each further text block costs 0.2 KB",
        "mail/theme.py",
        "if before.shift == piece.shift:",
        "if before.shift == piece.shift + 1:",
        "unit/mail/test_compile.py::test_prose_is_grouped",
    ),
    Mutation(
        "a theme that changes a mark loses a value",
        "mail/places.py",
        "if any(isinstance(part, str) and self._nonce in part.lower() for part in parts):",
        "if False:",
        "unit/mail/test_places.py::test_a_changed_mark_is_noticed",
    ),
)

MARKDOWN = (
    Mutation(
        "smarty, tables and emphasis read merge tags as words",
        "catalog/blocks.py",
        "_lift(step, mark, tags) if isinstance(step, Words)",
        "step.text if isinstance(step, Words)",
        f"{BLOCKS}::test_no_sentinel_and_no_brace_survives",
    ),
    Mutation(
        "heading ids are lower-cased, and sentinels with them",
        "catalog/merge_tags.py",
        'mark = "tm" + "".join(chr(97 + byte % 26)',
        'mark = "TM" + "".join(chr(65 + byte % 26)',
        f"{BLOCKS}::test_heading_ids_do_not_depend_on_a_person",
    ),
    Mutation(
        "a heading's id is made from its text, tags and all",
        "catalog/html.py",
        'element.set("id", name)',
        "pass",
        f"{BLOCKS}::test_heading_ids_do_not_depend_on_a_person",
    ),
    Mutation(
        "somebody writes the very sentinel",
        "mail/places.py",
        "while any(nonce in text for text in texts):",
        "while False:",
        "unit/mail/test_places.py::test_a_nonce_that_somebody_wrote_is_not_used",
    ),
    Mutation(
        "python-markdown passes scripts, handlers and javascript:",
        "catalog/html.py",
        "return clean(html)",
        "return html",
        f"{BLOCKS}::test_hostile_markup_is_cleaned",
    ),
    Mutation(
        "footnotes, link references, contents and summaries are side doors for what is cut later",
        "catalog/blocks.py",
        "shown = [b for b in part.branches if b.condition is None or b.condition in visible]",
        "shown = list(part.branches)",
        f"{LEAKS}::test_hidden_words_change_nothing",
    ),
    Mutation(
        "Pelican's summary and description tell what is for some",
        "catalog/text.py",
        "text = one_line(_paragraphs(block_tree(item.body, item.body.public())))",
        "text = one_line(_paragraphs(block_tree(item.body, frozenset(range(99)))))",
        f"{LEAKS}::test_hidden_words_change_nothing",
    ),
    Mutation(
        "a misspelt block is printed",
        "catalog/scanner.py",
        'self.error("unknown", line, f"`/// {word}` is no block.", fix, edit)',
        "pass",
        f"{SCANNER}::test_a_misspelt_word_gets_the_right_one",
    ),
    Mutation(
        "an indented block, and one with two slashes, is printed",
        "catalog/scanner.py",
        "if says := fences.looks_like_fence(line, in_code):",
        'if says := "":',
        f"{SCANNER}::test_a_fence_that_slipped_is_an_error",
    ),
    Mutation(
        "an unclosed block swallows the rest",
        "catalog/scanner.py",
        'self.error("unclosed", opened.line, says, fix)',
        "pass",
        f"{SCANNER}::test_what_is_wrong_with_a_fence",
    ),
    Mutation(
        "markup that swallows a block's place loses the block",
        "catalog/blocks.py",
        "found = _one_by_one(flat, sources, mark, tags)",
        "pass",
        f"{BLOCKS}::test_markup_that_swallows_a_block_loses_no_block",
    ),
    Mutation(
        "deep markup is more than a compiler bears",
        "catalog/html.py",
        "if element is not root and depth <= MAX_DEPTH:",
        "if element is not root:",
        f"{BLOCKS}::test_deep_markup_is_flattened",
    ),
    Mutation(
        "python-markdown knows code fences at the left margin only",
        "catalog/scanner.py",
        'self.lines = self.inner.text.split("\\n")',
        'self.lines = text.split("\\n")',
        f"{BLOCKS}::test_code_between_fences_stands_anywhere",
    ),
)

MIME_TRAPS = (
    Mutation(
        "a value is markup",
        "mail/escape.py",
        "return html_escape(one_line(value), quote=False)",
        "return one_line(value)",
        f"{VALUES}::test_any_value_is_only_text",
    ),
    Mutation(
        "a quote in a value ends its attribute",
        "mail/escape.py",
        "return html_escape(one_line(value), quote=True)",
        "return html_escape(one_line(value), quote=False)",
        f"{VALUES}::test_any_value_is_only_text",
    ),
    Mutation(
        "a value in an address begins another part of it",
        "mail/escape.py",
        'return quote(_LONE.sub("\\ufffd", value).strip(), safe="")',
        'return quote(_LONE.sub("\\ufffd", value).strip(), safe="/?#:")',
        f"{VALUES}::test_any_value_is_only_text",
    ),
    Mutation(
        "a value chooses the host of a link",
        "catalog/addresses.py",
        "return tag if _TO_HOST.fullmatch(before) else None",
        "return None",
        f"{PROSE}::test_a_value_never_chooses_the_host",
    ),
    Mutation(
        "a line end in a value is a new header",
        "mail/escape.py",
        '    return _BREAKS.sub(" ", _LONE.sub("\\ufffd", value)).strip()\n\n\ndef text',
        '    return _LONE.sub("\\ufffd", value).strip()\n\n\ndef text',
        f"{VALUES}::test_any_value_is_only_text",
    ),
    Mutation(
        "formataddr lets line ends through",
        "mail/mime.py",
        'if any(sign in value for sign in "\\r\\n\\x00"):',
        "if False:",
        f"{MIME}::test_no_header_gets_in_by_a_line_end",
    ),
    Mutation(
        "boto3 checks neither length nor letters of a header",
        "mail/mime.py",
        "if not _PRINTABLE.fullmatch(value) or len(value) > 995:",
        "if False:",
        f"{MIME}::test_no_header_gets_in_by_a_line_end",
    ),
    Mutation(
        "a value ends a part",
        "mail/mime.py",
        'boundary = f"=_topmind_{compiled.hash}"',
        'boundary = f"topmind_{compiled.hash}"',
        f"{MIME}::test_a_value_cannot_end_a_part",
    ),
    Mutation(
        "a literal's line grows by the values before it",
        "mail/mime.py",
        "            out.append(_SOFT)\n",
        "            pass\n",
        f"{MIME}::test_lines_stay_short_whatever_the_values",
    ),
    Mutation(
        "a long value makes a line that no server takes",
        "mail/mime.py",
        "if len(value) < 76 and value.isalnum():",
        "if value.isalnum():",
        f"{MIME}::test_lines_stay_short_whatever_the_values",
    ),
    Mutation(
        "a display name is read as an address or an encoded word",
        "mail/mime.py",
        'if _PRINTABLE.fullmatch(name) is None or "=?" in name:',
        "if False:",
        f"{MIME}::test_display_names_are_quoted_or_encoded",
    ),
    Mutation(
        "a long subject in one line",
        "mail/mime.py",
        "        return _folded(value, used)\n",
        "        return value\n",
        f"{MIME}::test_long_plain_subjects_fold",
    ),
    Mutation(
        "Gmail cuts a mail and its footer",
        "mail/mime.py",
        "if size >= MAX_HTML:",
        "if size >= MAX_HTML * 2:",
        f"{MIME}::test_a_mail_that_gmail_would_cut_is_refused_with_its_size",
    ),
    Mutation(
        "encoding a message anew for each person takes 5 ms",
        "mail/mime.py",
        "program = _programs.get(compiled.hash)",
        "program = None",
        f"{MIME}::test_literals_are_encoded_once",
    ),
    Mutation(
        "one-click unsubscribe needs both headers",
        "mail/mime.py",
        '        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",\n',
        "",
        f"{MIME}::test_a_message_reads_back",
    ),
    Mutation(
        "a hole is mailed",
        "mail/merge.py",
        "if place.tag.default is None and is_missing(value):",
        "if False:",
        f"{MERGE}::test_a_hole_is_never_mailed",
    ),
)

BODIES = (*MRML, *MARKDOWN, *MIME_TRAPS)
