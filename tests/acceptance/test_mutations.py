"""Every guard has a test that turns red when the guard is taken out: a table of mutations, each played on a copy.

A mutation is (file of the package, text that is there exactly once, what stands in its place, the test that must
notice). Who moves a guard moves its line here too.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mutant_runner import Runner, a_runner
from mutation import Mutation
from restore_mutations import RESTORING
from send_mutations import SENDING

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "plugins" / "topmind"
#: What pytest says: all passed, some failed. Anything else is no verdict (an error of collection is 2).
GREEN, RED = 0, 1


CLAIMS = "unit/ledger/test_contract_claims.py"
SETTLING = "unit/ledger/test_contract_settling.py"
PLAN = "unit/ledger/test_contract_plan.py"
LOOP = "unit/delivery/test_send_loop.py"
POLICIES = "unit/planning/test_policies.py"
ISSUE_PROOFS = "unit/planning/test_proofs.py"
PROOF_CONTRACT = "unit/ledger/test_contract_proofs.py"
TASKS = "unit/ledger/test_contract_tasks.py"
HEARD = "unit/ledger/test_contract_feedback.py"
DRAINING = "unit/feedback/test_draining.py"

MUTATIONS = (
    # no double send, no silent loss
    Mutation(
        "the claim is durable before the call",
        "ledger/claims.py",
        'f"UPDATE touches SET state = {CLAIMED}, attempt = attempt + 1,',
        'f"UPDATE touches SET state = {PLANNED}, attempt = attempt + 1,',
        f"{CLAIMS}::test_a_claim_is_exclusive",
    ),
    Mutation(
        "what a dead run had in hand is unknown, never planned again",
        "ledger/settling.py",
        "SET state = {UNKNOWN}, reason = 'the lease ended before an answer'",
        "SET state = 0, reason = 'the lease ended before an answer'",
        f"{SETTLING}::test_unknown_is_never_claimed_again",
    ),
    Mutation(
        "an unknown answer is never sent again",
        "ledger/states.py",
        "OutcomeKind.UNKNOWN: TouchState.UNKNOWN",
        "OutcomeKind.UNKNOWN: TouchState.PLANNED",
        f"{LOOP}::test_unknown_is_listed_and_never_sent_again",
    ),
    Mutation(
        "an answer settles its own attempt only",
        "ledger/settling.py",
        "WHERE hex = ? AND state = {CLAIMED} AND attempt = ?",
        "WHERE hex = ? AND state = {CLAIMED} AND ? > 0",
        f"{SETTLING}::test_a_late_answer_of_an_old_claim",
    ),
    Mutation(
        "one call per claim: an old claim is not sent",
        "delivery/send_loop.py",
        "if self.ledger.now() >= claim.fence:",
        "if False:",
        f"{LOOP}::test_the_fence",
    ),
    Mutation(
        "a transport that raises has told nothing",
        "delivery/send_loop.py",
        'Outcome(kind=OutcomeKind.UNKNOWN, reason=f"the transport raised',
        'Outcome(kind=OutcomeKind.RETRY, reason=f"the transport raised',
        f"{LOOP}::test_a_transport_that_raises_has_told_nothing",
    ),
    Mutation(
        "a call under way is not given back",
        "delivery/send_loop.py",
        "self.ledger.release(claims[number + self.calling :])",
        "self.ledger.release(claims[number:])",
        f"{LOOP}::test_an_interrupt_inside_a_call",
    ),
    Mutation(
        "two senders at once",
        "ledger/settling.py",
        'f" WHERE state = {CLAIMED} AND run = ?"',
        'f" WHERE state = {CLAIMED} AND run <> ?"',
        f"{SETTLING}::test_a_dead_sender_is_followed",
    ),
    Mutation(
        "the outbox never writes over a mail",
        "delivery/outbox.py",
        "os.link(draft, self.folder / name)",
        "os.replace(draft, self.folder / name)",
        "unit/delivery/test_outbox.py::test_never_over_another",
    ),
    Mutation(
        "a plan is frozen against the head it was made from",
        "ledger/freezing.py",
        'if int(book.meta("head") or 0) != head:',
        "if False:",
        f"{PLAN}::test_the_loser_plans_again",
    ),
    Mutation(
        "one copy per occasion and inbox",
        "ledger/freezing.py",
        "elif not _is_sole(one.row) or one.inbox is None:",
        "elif True:",
        f"{PLAN}::test_one_inbox_one_copy",
    ),
    # what is heard
    Mutation(
        "feedback is deleted after the ledger has it",
        "feedback/draining.py",
        "    found.heard += ledger.record_feedback(events)",
        "    queue.done(done)\n    done = []\n    found.heard += ledger.record_feedback(events)",
        f"{DRAINING}::test_a_ledger_that_fails_keeps_its_messages",
    ),
    Mutation(
        "what nobody can read is not deleted",
        "feedback/draining.py",
        "if dry_run or one is Dropped.UNREADABLE:",
        "if dry_run:",
        f"{DRAINING}::test_unreadable_bodies_stay_and_foreign_ones_go",
    ),
    Mutation(
        "silence means something only where the queue is empty",
        "feedback/draining.py",
        "return visible + in_hand <= len(found.held)",
        "return visible <= len(found.held)",
        f"{DRAINING}::test_messages_in_another_hand_are_not_nothing",
    ),
    Mutation(
        "each run is judged by its own signs of life",
        "ledger/canaries.py",
        "WHERE r.owner = ? AND c.seen IS NOT NULL",
        "WHERE ? <> '' AND c.seen IS NOT NULL",
        f"{DRAINING}::test_another_run_says_nothing_about_this_one",
    ),
    Mutation(
        "no run stands for what a restored ledger doubts",
        "ledger/resending.py",
        "SET run = NULL, again",
        "SET again",
        f"{HEARD}::test_no_run_stands_for_what_a_restored_ledger_doubts",
    ),
    Mutation(
        "only what is unknown becomes unresolved",
        "ledger/canaries.py",
        "WHERE hex = ? AND state = {UNKNOWN}",
        "WHERE hex = ? AND {UNKNOWN} > 0",
        f"{HEARD}::test_only_the_unknown_become_unresolved",
    ),
    Mutation(
        "a delivery between ends a row of soft bounces",
        "ledger/suppressing.py",
        "row = row + 1 if came_back else 0",
        "row = row + came_back",
        f"{HEARD}::test_a_delivery_between_begins_the_count_anew",
    ),
    Mutation(
        "a suppression without its event stays",
        "ledger/suppressing.py",
        "if found is None or found[0] == SOFT:",
        "if False:",
        f"{HEARD}::test_a_suppression_of_an_older_version_stays",
    ),
    Mutation(
        "a no about a forgotten mail is obeyed",
        "ledger/feedback.py",
        "people = [row[0] for row in rows]",
        "people = []",
        f"{HEARD}::test_a_no_about_an_unknown_touch_is_obeyed",
    ),
    # the claim tests again
    Mutation(
        "an opt-out after the plan stops the mail",
        "ledger/terms.py",
        "if marketing and (standing.opted_out or not",
        "if marketing and (not",
        f"{CLAIMS}::test_wishes_are_asked_again",
    ),
    Mutation(
        "a suppressed address is not mailed",
        "ledger/terms.py",
        "if standing.suppressed:",
        "if False:",
        f"{CLAIMS}::test_suppression_holds_for_everything",
    ),
    Mutation(
        "the stop switch",
        "ledger/claims.py",
        'if "all" in stops:',
        "if False:",
        f"{CLAIMS}::test_the_stop_switch",
    ),
    Mutation(
        "the gap at the claim",
        "ledger/terms.py",
        "if any(abs(day - then) < terms.gap for then, _ in had):",
        "if False:",
        f"{CLAIMS}::test_the_gap_is_tested_again",
    ),
    Mutation(
        "the ceiling at the claim",
        "ledger/terms.py",
        "if ceiling.channel is None and len(within) >= ceiling.count:",
        "if False:",
        f"{CLAIMS}::test_ceilings_are_tested_again",
    ),
    Mutation(
        "no item twice at the claim",
        "ledger/claims.py",
        'if reason is None and row["id"] in self.again:',
        "if False:",
        f"{CLAIMS}::test_never_the_same_thing_twice",
    ),
    Mutation(
        "an import never undoes an opt-out",
        "ledger/wishes.py",
        'if by == "import" and whose != "import" and (was or not value):',
        "if False:",
        "unit/ledger/test_contract_people.py::test_an_import_never_undoes_a_wish",
    ),
    # the plan keeps the promises
    Mutation(
        "value before a promotion",
        "planning/selection.py",
        "(self.ratio == 0) | (self.credit >= self.ratio)",
        "self.ratio >= 0",
        f"{POLICIES}::test_an_optional_promotion_slot_waits_for_credit",
    ),
    Mutation(
        "the ceiling",
        "planning/policies/ceiling.py",
        "return _room(block, ask, day, rows, overall=False)",
        "return None",
        f"{POLICIES}::test_a_ceiling_holds_until_a_touch_leaves_its_window",
    ),
    Mutation(
        "the gap",
        "planning/policies/gap.py",
        "(day - last >= block.gap[rows])",
        "(day - last >= 0)",
        f"{POLICIES}::test_the_gap_keeps_days_between_two_touches",
    ),
    Mutation(
        "one touch a day",
        "planning/policies/one_touch.py",
        "free: Bools = (block.last[rows] != day) & (block.touched[rows] != day)",
        "free: Bools = rows >= 0",
        f"{POLICIES}::test_one_touch_a_day_and_the_step_goes_first",
    ),
    Mutation(
        "never the same item twice",
        "planning/selection.py",
        "& open_today[:, None] & ~block.seen[:, rows]",
        "& open_today[:, None]",
        "unit/planning/test_selection.py::test_nothing_comes_twice_unless_it_may",
    ),
    Mutation(
        "one inbox, one copy",
        "planning/policies/same_inbox.py",
        "keep[shared] = first\n",
        "keep[shared] = True\n",
        f"{POLICIES}::test_the_same_inbox_gets_one_copy",
    ),
    Mutation(
        "consent",
        "planning/policies/consent.py",
        "may: Bools = block.consents(ask.channel)[rows]",
        "may: Bools = block.members.active[rows]",
        f"{POLICIES}::test_marketing_needs_consent_and_service_does_not",
    ),
    Mutation(
        "quiet hours end the day",
        "planning/policies/quiet.py",
        "today = block.setting.moment(ask.at)[block.members.zone[rows]] != OVER",
        "today = block.setting.moment(ask.at)[block.members.zone[rows]] != -1",
        f"{POLICIES}::test_a_mail_waits_for_its_time_and_for_the_end_of_quiet_hours",
    ),
    Mutation(
        "an offer begins by the company's day",
        "planning/selection.py",
        "ahead = block.today[rows] - setting.as_of",
        "ahead = block.today[rows] - block.today[rows]",
        "unit/planning/test_selection.py::test_an_offer_begins_and_ends_by_the_company_s_day",
    ),
    Mutation(
        "only for the segments that are meant",
        "planning/policies/segment.py",
        "allowed: Bools = block.allowed_classes(ask)[block.cls[rows]]",
        "allowed: Bools = rows >= 0",
        f"{POLICIES}::test_an_issue_is_for_its_segments",
    ),
    Mutation(
        "whoever bought drops out",
        "planning/policies/stop_when.py",
        "return ~stopped",
        "return stopped | ~stopped",
        f"{POLICIES}::test_conditions_and_stops_of_sequences",
    ),
    Mutation(
        "a step's condition",
        "planning/policies/condition.py",
        "held: Bools = block.holds(ask.only_if)[rows]",
        "held: Bools = rows >= 0",
        f"{POLICIES}::test_conditions_and_stops_of_sequences",
    ),
    Mutation(
        "hold: yes",
        "planning/policies/held.py",
        "return np.zeros(len(rows), dtype=np.bool_) if ask.held else None",
        "return None",
        f"{POLICIES}::test_held_and_stopped_wait_for_a_person",
    ),
    Mutation(
        "nothing is sold to the unhappy",
        "planning/policies/follow_up.py",
        "content: Bools = ~block.unhappy[rows]",
        "content: Bools = rows >= 0",
        f"{POLICIES}::test_nothing_is_sold_to_the_unhappy_until_somebody_followed_up",
    ),
    Mutation(
        "topmind stop",
        "planning/policies/stopped.py",
        "return np.zeros(len(rows), dtype=np.bool_) if ask.stopped else None",
        "return None",
        f"{POLICIES}::test_held_and_stopped_wait_for_a_person",
    ),
    Mutation(
        "the channel must lead to them",
        "planning/policies/reach.py",
        "known: Bools = block.reach(ask.channel)[rows]",
        "known: Bools = rows >= 0",
        f"{POLICIES}::test_without_a_usable_channel_a_contact_is_told_apart",
    ),
    Mutation(
        "a suppressed address in the plan",
        "planning/policies/suppressed.py",
        "return ~block.members.suppressed[rows]",
        "return rows >= 0",
        f"{POLICIES}::test_a_suppressed_address_gets_no_mail_but_a_call",
    ),
    Mutation(
        "a pause",
        "planning/policies/paused.py",
        "block.members.paused_until[rows] <= day",
        "block.members.paused_until[rows] >= 0",
        f"{POLICIES}::test_a_pause_holds_every_channel_until_its_last_day",
    ),
    Mutation(
        "a day of rest",
        "planning/policies/blackout.py",
        "return np.zeros(len(rows), dtype=np.bool_) if rests else None",
        "return None",
        f"{POLICIES}::test_on_a_blackout_day_nothing_goes",
    ),
    Mutation(
        "half a period between two issues",
        "planning/policies/gap.py",
        "far = far & ((day - issue >= ask.spacing) | (issue == day))",
        "far = far & (issue <= day)",
        f"{POLICIES}::test_two_issues_of_one_newsletter_keep_half_a_period",
    ),
    Mutation(
        "siblings keep a week apart",
        "planning/policies/one_touch.py",
        "free = free & (day - siblings[rows] >= ONE_OF_DAYS)",
        "free = free & (siblings[rows] <= day)",
        f"{POLICIES}::test_siblings_keep_seven_days_apart",
    ),
    Mutation(
        "the ceiling over all channels",
        "planning/policies/ceiling.py",
        "return _room(block, ask, day, rows, overall=True)",
        "return None",
        "unit/planning/test_floor.py::test_a_day_of_rest_does_not_hide_what_holds_a_floor",
    ),
    Mutation(
        "a long ceiling is paced",
        "planning/policies/ceiling.py",
        "overall=overall, paced=True)",
        "overall=overall, paced=False)",
        "unit/planning/test_floor.py::test_a_year_s_ceiling_is_not_used_up_before_the_year_is",
    ),
    Mutation(
        "so many calls a day",
        "planning/policies/capacity.py",
        "admitted[order[room:]] = False",
        "admitted[order[room:]] = True",
        f"{POLICIES}::test_a_call_needs_a_free_caller",
    ),
    Mutation(
        "what one reader of an inbox got the others have",
        "planning/policies/same_inbox.py",
        "block.see_all(picks[of_whom], readers, day)",
        "block.see_all(picks[of_whom], readers[:0], day)",
        f"{POLICIES}::test_nothing_comes_twice_into_one_inbox",
    ),
    Mutation(
        "a rescue that nobody can prove silences nobody for ever",
        "planning/tries.py",
        "case TouchState.REFUSED | TouchState.UNRESOLVED:",
        "case TouchState.REFUSED:",
        "unit/planning/test_floor.py::test_a_rescue_that_did_not_help_silences_nobody_for_ever",
    ),
    Mutation(
        "an announcement leaves a follow-up its place",
        "planning/policies/ceiling.py",
        "gives_way = ask.kind is not SourceKind.STEP and",
        "gives_way = ask.kind in {SourceKind.ISSUE, SourceKind.RESCUE} and",
        "unit/planning/test_room.py::test_an_announcement_gives_way_too_but_a_correction_does_not",
    ),
    Mutation(
        "a floor is kept by a rescue",
        "planning/terms.py",
        "return self.floor - min(LEAD_TIME, self.floor // 4)",
        "return self.floor + 1",
        "unit/planning/test_floor.py::test_a_calendar_of_rescues_keeps_the_floor",
    ),
    Mutation(
        "the last evergreen items are kept for the floor",
        "planning/selection.py",
        "may[:, self.left <= self.reserve] &= ~self.evergreen[:, None]",
        "may[:, self.left < 0] &= ~self.evergreen[:, None]",
        "unit/planning/test_selection.py::test_slots_leave_the_last_evergreen_item_for_a_rescue",
    ),
    Mutation(
        "the event that is soon over goes first",
        "planning/items.py",
        "item.begins or _NO_BEGIN",
        "_NO_BEGIN",
        "unit/planning/test_selection.py::test_the_event_that_is_soon_over_comes_first",
    ),
    Mutation(
        "an announced send is its number, not its day",
        "planning/occasions.py",
        "occurrence = str(send.number)",
        "occurrence = str(send.day)",
        "integration/test_month_of_ticks.py::test_nobody_gets_more_sends_than_there_are",
    ),
    Mutation(
        "an inbox is in one part of the plan",
        "planning/shards.py",
        "while inbox is not None and end < len(rows) and inbox[rows[end]] == inbox[rows[end - 1]]:",
        "while False:",
        "unit/planning/test_properties.py::test_blocks_hold_everybody_once_and_cut_no_inbox",
    ),
    Mutation(
        "whoever reads along is told one by one",
        "planning/loop.py",
        "told.singly(rows[~first], Reason.SAME_INBOX)",
        "told.singly(rows[:0], Reason.SAME_INBOX)",
        "unit/planning/test_foretold.py::test_two_readers_of_one_inbox_have_a_verdict_each",
    ),
    Mutation(
        "whose inbox has its copy is told one by one",
        "planning/loop.py",
        "told.singly(rows[had], Reason.SAME_INBOX)",
        "told.singly(rows[:0], Reason.SAME_INBOX)",
        "unit/planning/test_foretold.py::test_who_does_not_adds_up_to_the_reasons",
    ),
    Mutation(
        "a step that loses its day says so",
        "planning/step_phase.py",
        "Told(None, log.final).put(np.concatenate([over, still]), reason)",
        "Told(None, log.final).put(over[:0], reason)",
        "unit/planning/test_foretold.py::test_a_step_that_loses_its_day_says_so",
    ),
    Mutation(
        "an edited cadence makes no losses",
        "planning/promises.py",
        'return any(f"{name}/{occasion.occurrence}" in history.promised for name in names)',
        "return True",
        "acceptance/test_ticks.py::test_an_edited_cadence_makes_no_loss_of_days_that_nobody_was_promised",
    ),
    # what is written
    Mutation(
        "a misspelt fence is refused",
        "catalog/scanner.py",
        "if word not in WORDS:",
        "if word not in WORDS:\n            return\n        if word not in WORDS:",
        "unit/catalog/test_scanner.py::test_a_misspelt_word_gets_the_right_one",
    ),
    Mutation(
        "a fence that slipped is refused",
        "catalog/scanner.py",
        "if says := fences.looks_like_fence(line, in_code):",
        'if says := "":',
        "unit/catalog/test_scanner.py::test_a_fence_that_slipped_is_an_error",
    ),
    Mutation(
        "a block is closed",
        "catalog/scanner.py",
        "for opened in [one for one in self.stack[1:] if not one.told][self.taken :]:",
        "for opened in ():",
        "unit/catalog/test_scanner.py::test_what_is_wrong_with_a_fence",
    ),
    Mutation(
        "a hidden branch is cut before Markdown runs",
        "catalog/blocks.py",
        "shown = [b for b in part.branches if b.condition is None or b.condition in visible]",
        "shown = list(part.branches)",
        "unit/catalog/test_blocks.py::test_hidden_text_leaves_no_trace",
    ),
    # what is published
    Mutation(
        "Pelican by itself publishes nothing",
        "resource_site/plugin.py",
        "if not _is_ours(pelican.settings):",
        "if False:",
        "integration/test_site.py::test_pelican_alone_with_the_plugin_refuses",
    ),
    Mutation(
        "expected, read and written are the same",
        "resource_site/builder.py",
        "wrong += differences(record, fresh)",
        "differences(record, fresh)",
        "integration/test_site.py::test_a_file_that_vanishes_during_the_build_stops_it",
    ),
    Mutation(
        "what is for clients has no page",
        "resource_site/visible.py",
        "and item.access is Access.PUBLIC",
        "and item.access in Access",
        "unit/resource_site/test_visible.py::test_each_reason_alone_hides_an_item",
    ),
    # what is mailed
    Mutation(
        "a value is escaped where it stands",
        "mail/escape.py",
        "return html_escape(one_line(value), quote=False)",
        "return one_line(value)",
        "unit/mail/test_merge.py::test_each_place_has_its_escaping",
    ),
    Mutation(
        "no header gets in by a line end",
        "mail/mime.py",
        "if not _PRINTABLE.fullmatch(value) or len(value) > 995:",
        "if len(value) > 995:",
        "unit/mail/test_mime.py::test_no_header_gets_in_by_a_line_end",
    ),
    Mutation(
        "a hole is never mailed",
        "mail/merge.py",
        "if place.tag.default is None and is_missing(value):",
        "if False:",
        "unit/mail/test_merge.py::test_a_hole_is_never_mailed",
    ),
    Mutation(
        "a missing default is found before anybody is mailed",
        "mail/merge.py",
        "        if not missing:\n            continue",
        "        if missing >= 0:\n            continue",
        "unit/mail/test_merge.py::test_the_dry_merge_counts_and_names_no_person",
    ),
    Mutation(
        "a first send to real people needs a word",
        "delivery/preflight.py",
        'return Level.ERROR if facts.transport == "ses" else Level.INFO',
        "return Level.INFO",
        "unit/delivery/test_preflight.py::test_each_finding",
    ),
    # what people press
    Mutation(
        "looking changes nothing",
        "live/app.py",
        '        if request.method != "POST":\n            return self._page("unsubscribe.html"',
        '        if request.method == "-":\n            return self._page("unsubscribe.html"',
        "unit/live/test_live.py::test_looking_changes_nothing",
    ),
    Mutation(
        "a link of one purpose is none of another",
        "links.py",
        'salt=f"topmind.{purpose.value}",',
        'salt="topmind",',
        "unit/test_links.py::test_each_purpose_reads_only_its_own_links",
    ),
    # tasks
    Mutation(
        "a task mail leaves once a day",
        "ledger/task_mails.py",
        'if found is not None and found["state"] != PLANNED:',
        'if found is not None and found["state"] == CLAIMED:',
        f"{TASKS}::test_a_task_mail_leaves_once_a_day",
    ),
    Mutation(
        "a task mail that a dead run had in hand is never sent again",
        "ledger/team_mails.py",
        'f"UPDATE {table} SET state = {UNKNOWN}, reason = ?, lease = NULL, at = ?"',
        'f"UPDATE {table} SET state = {CODE[TouchState.PLANNED]}, reason = ?, lease = NULL, at = ?"',
        f"{TASKS}::test_what_a_crash_leaves_is_unknown_and_never_sent_again",
    ),
    Mutation(
        "the task mail is claimed before its call",
        "delivery/task_mails.py",
        "            if claim is None:\n                continue\n",
        "",
        "unit/delivery/test_task_mails.py::test_each_letter_leaves_once",
    ),
    Mutation(
        "an issue waits until its proof has left",
        "planning/gates.py",
        "    if ask.unproved:\n        return today\n",
        "",
        f"{ISSUE_PROOFS}::test_an_issue_waits_for_its_proof_and_a_plan_ahead_takes_it_for_granted",
    ),
    Mutation(
        "what is frozen waits for its proof, too",
        "run/compose.py",
        "return occasion.held or occasion.unproved or moved",
        "return occasion.held or moved",
        "integration/test_proofs.py::test_what_was_frozen_before_somebody_asked_for_a_proof_waits_for_it",
    ),
    Mutation(
        "a proof leaves once",
        "ledger/proof_mails.py",
        "WHERE hex = ? AND state IN ({PLANNED}, {REFUSED})",
        "WHERE hex = ? AND state <> {CLAIMED}",
        f"{PROOF_CONTRACT}::test_a_proof_leaves_once_and_the_issue_is_proved_when_all_have",
    ),
    Mutation(
        "one proof of two is no proof",
        "ledger/proof_mails.py",
        "for name in dict.fromkeys((*among, sender)):",
        "for name in (sender,):",
        f"{PROOF_CONTRACT}::test_a_proof_leaves_once_and_the_issue_is_proved_when_all_have",
    ),
    Mutation(
        "a changed issue waits for its new proof, and an hour after it",
        "planning/occasions.py",
        "issue not in history.proved or issue in history.changed or issue in history.fresh",
        "issue not in history.proved",
        f"{ISSUE_PROOFS}::test_a_changed_issue_wants_another_proof_and_one_that_was_just_proved_only_waits",
    ),
    Mutation(
        "each state of an issue has one proof",
        "ledger/proof_mails.py",
        " and one.content not in known.values()",
        "",
        f"{PROOF_CONTRACT}::test_a_changed_issue_gets_the_next_proof_once_and_the_ledger_keeps_what_each_showed",
    ),
    Mutation(
        "the last look holds what no proof showed",
        "run/compose.py",
        "        missing += _unproved(edition, unseen(edition), decided.project.catalog)\n",
        "",
        "integration/test_proofs.py::test_the_last_look_holds_an_edition_that_no_proof_showed",
    ),
    Mutation(
        "a task that is done never becomes missed",
        "ledger/tasks.py",
        "    if row is None or not _may(row, one):\n        return False\n",
        "    if row is None:\n        return False\n",
        f"{TASKS}::test_a_closed_task_never_turns_into_the_other",
    ),
    Mutation(
        "an offer waits until somebody followed up",
        "planning/policies/follow_up.py",
        "~block.unhappy[rows]",
        "~block.nobody[rows]",
        f"{POLICIES}::test_nothing_is_sold_to_the_unhappy_until_somebody_followed_up",
    ),
    Mutation(
        "the letters of the unhappy leave offers out",
        "planning/block.py",
        "barred = barred | self.unhappy",
        "barred = barred | self.nobody",
        f"{POLICIES}::test_the_unhappy_get_their_letter_without_its_offer",
    ),
    Mutation(
        "only what came later is an answer to not happy",
        "planning/unhappy.py",
        "at > said",
        "at >= said",
        f"{POLICIES}::test_nothing_is_sold_to_the_unhappy_until_somebody_followed_up",
    ),
    Mutation(
        "a list with a bad line is not taken in",
        "run/task_import.py",
        "        if problems:\n",
        "        if not outcomes:\n",
        "acceptance/test_tasks.py::test_a_list_comes_back_whole_or_not_at_all",
    ),
    Mutation(
        "files of names lie where no commit takes them",
        "run/task_files.py",
        'if path.is_relative_to(root) and not path.is_relative_to(root / "var"):',
        'if path.is_relative_to(root / "themes"):',
        "acceptance/test_tasks.py::test_files_of_names_lie_where_no_commit_takes_them",
    ),
    # the programme
    Mutation(
        "a changed rule moves nobody",
        "audience/positions.py",
        "day=as_of if old and same_rule else None",
        "day=as_of if old else None",
        "unit/audience/test_positions.py::test_moves_are_those_of_people_not_of_rules",
    ),
    Mutation(
        "a move is noted against the head it was found with",
        "ledger/positions.py",
        'if int(book.meta("head") or 0) != head:',
        "if False:",
        "unit/ledger/test_contract_positions.py::test_a_plan_that_is_late_notes_nothing",
    ),
    Mutation(
        "two people never have one code",
        "run/coupons.py",
        "if self._taken.setdefault(code, asked) == asked:",
        "if True:",
        "unit/run/test_coupons.py::test_a_collision_is_gone_round",
    ),
    Mutation(
        "a code that left keeps its last day",
        "run/coupons.py",
        "if known is not None and known.gone:",
        "if False:",
        "unit/run/test_coupons.py::test_a_code_that_left_keeps_its_last_day_and_its_letters",
    ),
    Mutation(
        "a typo at the till is seen",
        "till_codes.py",
        "LETTERS.index(letter) for weight, letter in enumerate(letters, 2))",
        "LETTERS.index(letter) for weight, letter in enumerate(letters, 2) if weight < 5)",
        "unit/test_till_codes.py::test_one_wrong_letter_is_seen",
    ),
    Mutation(
        "where clocks go back a window opens late",
        "planning/window.py",
        "return max(both) if opens else min(both)",
        "return min(both) if opens else min(both)",
        "unit/planning/test_clock_changes.py::test_a_time_that_never_comes_or_comes_twice",
    ),
    Mutation(
        "a missed step is made up for once",
        "planning/sequences.py",
        "return None if later is not None and fact + timedelta(days=later) < day else day",
        "return day",
        "unit/planning/test_oracle.py",
    ),
    *SENDING,
    *RESTORING,
)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Runs tests on the copy, in a process each."""
    with a_runner(tmp_path_factory.mktemp("runner")) as running:
        yield running


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that may be changed; compiled files stay valid, because times are kept."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(PACKAGE, folder / "topmind")
    return folder


@pytest.fixture(scope="module")
def red() -> list[str]:
    """Each test, with its parameters, that a mutation turned red."""
    return []


@contextmanager
def changed(file: Path, text: str) -> Iterator[None]:
    """The file with this text, and as it was after that (its time too: what is compiled from it is valid again)."""
    before, times = file.read_bytes(), file.stat()
    file.write_text(text, "utf-8")
    try:
        yield
    finally:
        file.write_bytes(before)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_each_guard_is_in_the_table_once() -> None:
    """No guard stands twice, and no mutation is without effect."""
    assert len({(m.file, m.old) for m in MUTATIONS}) == len({m.guard for m in MUTATIONS}) == len(MUTATIONS)
    assert all(mutation.old != mutation.new for mutation in MUTATIONS)


def test_each_guard_stands_in_its_file() -> None:
    """Exactly once, all of them at a glance: who moves a guard moves its line here too."""
    texts = {m.file: (PACKAGE / m.file).read_text("utf-8") for m in MUTATIONS}
    assert [(m.file, m.guard) for m in MUTATIONS if texts[m.file].count(m.old) != 1] == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.guard)
def test_a_guard_that_is_taken_out_turns_its_test_red(
    mutation: Mutation, runner: Runner, package: Path, red: list[str]
) -> None:
    """Without the guard its test fails; an error that is no failure, such as an import, does not count."""
    file = package / "topmind" / mutation.file
    text = file.read_text("utf-8")
    assert text.count(mutation.old) == 1, f"{mutation.file} no longer has this guard: move the line here too"
    with changed(file, text.replace(mutation.old, mutation.new)):
        verdict = runner.run(package, [mutation.test])
    assert verdict.code == RED, verdict.out
    red += verdict.red


def test_with_every_guard_in_place_what_turned_red_is_green(
    runner: Runner, package: Path, red: list[str]
) -> None:
    """On the unchanged copy, which is what the process reads: a red one above was the mutation's doing."""
    assert red, "run it with the mutations before it"
    verdict = runner.run(package, dict.fromkeys(red))
    assert verdict.code == GREEN, verdict.out
