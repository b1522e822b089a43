"""The rules of writing together: pure values and functions; no I/O, clock, randomness or logging."""
