"""Mail: editions grouped, compiled once into literals and places, merged and encoded per contact.

    group → Renderer.compile → dry_merge → build (or render)

Data of a contact meets nothing but the join at the end: Markdown, Jinja and the MJML compiler see inert marks.
"""

from topmind.mail.compile import Renderer
from topmind.mail.documents import files_of, shown_items
from topmind.mail.editions import group
from topmind.mail.merge import MAX_HTML, dry_merge, html_size, largest, render, system_fields
from topmind.mail.mime import build, list_headers
from topmind.mail.paper import call_list, letters
from topmind.mail.proof_head import ProofHead, proof_head
from topmind.mail.scripts import answer_words, script, step_of
from topmind.mail.task_mail import task_mail
from topmind.mail.task_sheet import TaskSheet, answers_on
from topmind.mail.task_words import rescue_reason, task_words
from topmind.mail.words import why_line

__all__ = [
    "MAX_HTML",
    "ProofHead",
    "Renderer",
    "TaskSheet",
    "answer_words",
    "answers_on",
    "build",
    "call_list",
    "dry_merge",
    "files_of",
    "group",
    "html_size",
    "largest",
    "letters",
    "list_headers",
    "proof_head",
    "render",
    "rescue_reason",
    "script",
    "shown_items",
    "step_of",
    "system_fields",
    "task_mail",
    "task_words",
    "why_line",
]
