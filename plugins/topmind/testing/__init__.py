"""Shipped for the tests of others too: builders, clocks, faults, a believable audience, Amazon SES on loopback."""
