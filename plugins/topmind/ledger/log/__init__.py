"""The S3 log: the ledger as numbered, immutable objects in a bucket. Start at `ledger.LogLedger`.

    log/<12 digits>              one transaction each, from 1, never changed, never deleted: which rows came to be what
    people/<shard>-<12 digits>-… what is personal of some hundred people, as of the entry of that number
    snap/<12 digits>             the rows after an entry, without what is personal: a cache, may be deleted
    witness                      how far the log had come when somebody last sent

An entry is put on the condition that there is none of its number: that is the compare-and-swap of this store. Who
loses reads the winner's entry and decides again. Entries hold rows, not decisions, so that a later version of the
code finds the same past. The tables in memory (`Index`) can be made again from the objects at any time.
"""

from topmind.ledger.log.ledger import LogLedger, is_there, keyed

__all__ = ["LogLedger", "is_there", "keyed"]
