"""From planned touches to outcomes: the send loop, pre-flight, and the transports that need no account."""
