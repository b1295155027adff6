"""Feature flags: the flag file, what it compiles to (flagd's definitions), and the one evaluator of those."""
