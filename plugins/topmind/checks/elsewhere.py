"""Rules of those who read files, contacts and the calendar: `check` says them with its own, and files silence them alike."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.checks.rule import Rule, Sees
from topmind.model import Level

#: Id, and what it finds: mistakes in the grammar of files, and names that are not there.
_ERRORS = """
announcement/audience     `audience: first` in an item that is not sent more than once
announcement/correction   `correction: yes` in an item that is not sent
announcement/corrects     a correction of an issue or send that is not there
announcement/section      a section for a date that is no day of `send`
announcement/where        an announcement that is not for mail
audience/missing          texts with merge tags, and no `segments/_audience.toml` that declares fields
audience/settings         a mistake in `segments/_audience.toml`
block/divider             a `/// column` or `/// for everyone else` that divides nothing
block/item                a block that names an item which is not there
block/misplaced           a line that looks like a block and is none: indented, or with two slashes
block/nested              a block inside of one that may not hold it
block/nothing-open        a `///` that closes nothing
block/open-code           a code fence that is never closed
block/slot                a slot outside of a newsletter
block/too-deep            blocks inside of too many others
block/unclosed            a block that is never closed
block/unknown             a misspelt block
block/value               a block with a value that it does not take
brand/tokens              a mistake in `themes/brand.toml`
company/address           an empty postal address
company/missing           no `content/company.md`
event/dates               an event that ends before it begins
file/folder               a folder with the name of a file
file/link                 a symbolic link that leads out of `content/`
file/suffix               a text that nothing reads, because its name does not end in .md
file/too-big              a text of more than 2 MB
file/unknown-folder       a folder below `content/` that nothing reads
file/unknown-place        a file that nothing reads
file/unreadable           a file that cannot be opened
front-matter/address      an address that is none
front-matter/corrects     `corrects:` that names no newsletter or item with a date
front-matter/date         a date that is none, or that has two readings
front-matter/doubled-key  a key that is written twice
front-matter/encoding     a file that is not UTF-8
front-matter/example      an example of a segment that says neither `belongs` nor `does not belong`
front-matter/indented-key a key that slipped to the right
front-matter/length       a length of time that is none
front-matter/link         a link that is none
front-matter/list         a list where one word is due, or the other way round
front-matter/map          `name: text` lines that are none
front-matter/merge-tag    a merge tag where none is filled
front-matter/missing      a key that must be there
front-matter/number       a number that is none, or out of range
front-matter/pin          `for:` without a newsletter and a date
front-matter/promise      a promise that cannot be read
front-matter/quote        a quotation mark that is never closed
front-matter/send         dates of `send:` out of order, or with an hour
front-matter/silence      a silenced rule without a reason
front-matter/syntax       a line that is no `key: value`
front-matter/time         a time of day that is none
front-matter/unclosed     a head without its closing `---`
front-matter/unknown-key  a misspelt key
front-matter/use          `use:` that cannot be read
front-matter/value        a value that the key does not take
front-matter/word         a word that is none of those that may stand there
front-matter/zone         a time zone that is none
image/alt                 a picture in the head without `image_alt`
image/missing             a picture of the head that is not below `content/`
links/relative            a link without a beginning, which would lead to another place in every mail
mail/compile              a mail that cannot be made; its edition is held
mail/page-missing         a mail that links to a page which is not published; its edition is held
merge-tag/filter-value    a filter with a value that it does not take
merge-tag/logic           `{% if … %}`: there is `/// for`
merge-tag/shortcode       a shortcode of another system
merge-tag/syntax          a merge tag that cannot be read
merge-tag/unknown-field   a misspelt field
merge-tag/unknown-filter  a misspelt filter
merge/missing-value       a mail with a merge tag that is empty for some; its edition is held
merge/too-large           a mail that Gmail would cut; its edition is held
name/doubled-id           two files with one id
name/doubled-source       two sources of mails with one id
name/draft                a published text that shows a draft
name/id                   an id with characters that no id may have
name/renamed              a newsletter, sequence or step with sent mails whose file is gone
name/unknown-code         a code that no promotion or spotlight has
name/unknown-item         an item that is not there
name/unknown-newsletter   a newsletter that is not there
name/unknown-rule         a rule of the linter that is not there
name/unknown-segment      a segment that is not there
name/unknown-sender       a team member who is not there
name/unknown-topic        a topic that the company does not have
name/was                  `was:` with an id that is in use
newsletter/doubled-issue  two files for one issue
newsletter/issue-name     a dated issue whose name is no date
newsletter/no-file        a folder of issues without its newsletter
planning/cadence          `every:` that cannot be read
planning/corrects-no-issue  a correction of a day on which nothing appeared
planning/corrects-to-come a correction of an issue that is still to come
planning/empty-newsletter a newsletter with neither slot nor text
planning/floor-above-ceiling  a floor that the ceilings do not allow
planning/floor-within-gap a floor that the gap does not allow
planning/for-nobody       a newsletter with an empty list of segments
planning/grace            a negative grace
planning/in-quiet-hours   an hour at which quiet hours have begun
planning/never-fires      a step that can never go
planning/no-such-issue    a dated file on a day on which its newsletter does not appear
planning/no-step          a sequence without steps
planning/only-promotions  a newsletter that only sells
planning/send-moved       a send that moved after it went
planning/unknown-country  a country without known holidays
preview/no-plan           a plan that cannot be made
promotion/coupon          a personal coupon without a code
promotion/dates           a promotion that ends before it starts
rule/circle               segments that name each other in a circle
rule/no-audience          a rule without `segments/_audience.toml`
rule/no-since             a fact without a date to count from
rule/no-stage             a rule about stages that are not declared
rule/unreadable           a rule that cannot be read
segment/no-rule           a segment without `who`
sequence/after-before     a step with both `after` and `before`
sequence/doubled-step     two steps with one id
sequence/empty-step       a step without a text
sequence/no-file          a folder of steps without its sequence
sequence/no-steps         a sequence without steps
sequence/service-sells    a service step that sells
source/bad-value          a value of the contacts that cannot be read
source/encoding           an export that is not UTF-8
source/last-good          an export that is not used; the last good one is
source/too-many-bad-rows  an export of which too many rows are refused
source/unusable           an export that cannot be used
testimonial/permission    a testimonial without permission
url/doubled               two items with one address
url/empty                 an item without an address
"""
#: What may be right as it is.
_WARNINGS = """
contacts/one-mailbox      contacts whose addresses differ only where Gmail does not mind
ledger/restored           a ledger that is older than the one that sent last
plan/blackout             an issue that many would not get: it is a day on which nothing goes
plan/ceiling              an issue that many would not get: they will have had as much as `at_most` allows
plan/gap                  an issue that many would not get: it comes too soon after another touch
plan/lost                 an issue that many would not get: something more urgent goes that day
plan/nothing-new          an issue that many would not get: they have had everything
plan/offer-early          an offer for which most have had too little of value
plan/only-offers          an issue that many would not get: it would hold offers alone
plan/paused               an issue that many would not get: they asked for a pause
plan/quiet                an issue that many would not get: quiet hours have begun
plan/ratio                an issue that many would not get: they have had too little of value
planning/blackout         an issue on a day on which nothing goes
planning/far-offset       a step that comes more than two years after its fact
planning/no-backfill      a `backfill` that changes nothing
planning/no-day           a newsletter that has ended
planning/no-slot          a layout without a slot: only issues with their own text go
source/bad-address        contacts whose address is none
source/bad-rows           rows of an export that are refused
source/bad-zone           contacts whose time zone is none
source/strangers          rows about people who are no contacts
source/unknown-sender     contacts whose own sender is nobody of the team
"""
_NOTES = """
audience/no-contacts      no contacts to check against
planning/for-everybody    a newsletter that names no segment: it goes to everybody
planning/same-day         two steps of one day
settings/another-system   keys or shortcodes of another system, and how to declare them
source/doubled-address    contacts who share an address
source/form               how an export that changed was read: its delimiter, encoding and mark
source/replaced           rows of a folder that a later file has, too
"""


#: What the planner says of a newsletter with its issues, of a sequence with its steps: nothing while one has a mistake.
_OF_FOLDERS = frozenset(
    f"planning/{name}"
    for name in (
        "blackout", "corrects-no-issue", "corrects-to-come", "empty-newsletter", "no-backfill", "no-day", "no-slot", "no-step",
        "no-such-issue", "only-promotions",
    )
)  # fmt: skip


def _read(level: Level, text: str) -> Iterator[Rule]:
    for line in text.strip().splitlines():
        rule, _, finds = line.partition(" ")
        sees = Sees.FILE if rule in _OF_FOLDERS else Sees.LINE
        yield Rule(id=rule, level=level, finds=finds.strip(), sees=sees)


#: Every rule that is none of the linter's own modules, by id.
ELSEWHERE = tuple(
    sorted(
        (*_read(Level.ERROR, _ERRORS), *_read(Level.WARNING, _WARNINGS), *_read(Level.INFO, _NOTES)),
        key=lambda rule: rule.id,
    )
)
