"""Guards of a ledger that is put back from a copy, each with the test that turns red without it."""

from __future__ import annotations

from mutation import Mutation

CRASHES = "integration/test_restore_crashes.py"
KEPT = "unit/ledger/test_contract_kept.py"
ERASING = "unit/run/test_erasing.py"
PLACES = "unit/ledger/test_kept.py"

RESTORING = (
    Mutation(
        "what is heard is kept beside the ledger before the queue lets go of it",
        "feedback/draining.py",
        "    keep(ledger.lasting(events))\n",
        "",
        f"{CRASHES}::test_lost_at_any_step_of_hearing[file]",
    ),
    Mutation(
        "an erasure is kept before the row goes",
        "run/erasing.py",
        "        inbox.keep(ledger.ledger_id, [gone])\n",
        "        ledger.erase(contact, hashes)\n        inbox.keep(ledger.ledger_id, [gone])\n",
        f"{CRASHES}::test_lost_at_any_step_of_erasing[file]",
    ),
    Mutation(
        "a ledger that is being adopted stays a copy",
        "run/adopting.py",
        "    ledger.begin_adoption()\n",
        "    ledger.adopt()\n",
        f"{CRASHES}::test_cut_short_at_any_step_of_adopting[file]",
    ),
    Mutation(
        "an event is kept with the address of its touch",
        "ledger/barring.py",
        "inbox=event.inbox or known.get(event.touch_hex, ())",
        "inbox=event.inbox",
        f"{KEPT}::test_an_event_without_an_address_is_kept_with_that_of_its_touch[memory:]",
    ),
    Mutation(
        "a delivery that ends a row of soft bounces is kept",
        "ledger/barring.py",
        "event.kind is Kind.DELIVERED and not back.isdisjoint(event.inbox)",
        "False",
        f"{KEPT}::test_a_copy_is_told_again[memory:-one delivered between]",
    ),
    Mutation(
        "whoever came and left after the copy stays out",
        "ledger/barring.py",
        "[(name,) for name in sorted(gone)]",
        "[(name,) for name in sorted(gone) if erased]",
        f"{KEPT}::test_whoever_came_and_left_after_the_copy_stays_out[memory:]",
    ),
    Mutation(
        "wishes are kept for good",
        "ledger/kept.py",
        "WISHES = frozenset(",
        "WISHES = frozenset() and frozenset(",
        f"{PLACES}::test_wishes_are_kept_and_answers_are_not[folder]",
    ),
    Mutation(
        "no page of the file names somebody erased",
        "ledger/sqlite.py",
        "found = super().erase(contact, hashes)\n        self._file.squeeze()\n",
        "found = super().erase(contact, hashes)\n",
        "unit/ledger/test_database.py::test_nobody_erased_is_in_a_page_of_the_file",
    ),
    Mutation(
        "a copy that was put back erases nobody",
        "run/erasing.py",
        "        if ledger.restored:\n",
        "        if False:\n",
        f"{ERASING}::test_a_copy_that_was_put_back_erases_nobody",
    ),
    Mutation(
        "whoever has an address that ends alike keeps their messages",
        "run/leftovers.py",
        'f"{_BEFORE}(?:',
        'f"(?:',
        f"{ERASING}::test_somebody_whose_address_ends_alike",
    ),
    Mutation(
        "nor a message in a queue",
        "run/erasing.py",
        "    gone = feedback.forget(queue, names)\n",
        "    gone = 0\n",
        f"{ERASING}::test_the_queue",
    ),
    Mutation(
        "nor a mail of the outbox",
        "run/leftovers.py",
        'path.name.partition("-")[0] in hexes or theirs(',
        "theirs(",
        f"{ERASING}::test_mails_and_converted_tables",
    ),
    Mutation(
        "nor an old link that is pressed later",
        "delivery/send_loop.py",
        "if ledger.person(contact) is None}",
        "if False}",
        f"{ERASING}::test_an_old_link_is_pressed_later[True]",
    ),
    Mutation(
        "a text in the place of a code is not repeated",
        "aws/codes.py",
        'return said if not said or _CODE.fullmatch(said) else "?"',
        "return said",
        "unit/aws/test_answers.py::test_a_code_that_is_none_is_not_repeated",
    ),
    Mutation(
        "what was said is forgotten wherever it lies",
        "ledger/inbox.py",
        'for folder in (self.folder, self.folder / "done", self.folder / "kept"):',
        "for folder in (self.folder,):",
        f"{PLACES}::test_all_that_somebody_said_is_forgotten[folder]",
    ),
)
