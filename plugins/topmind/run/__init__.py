"""The way of the data in a few functions: load → decide → send. Opens clock, ledger and transport."""
