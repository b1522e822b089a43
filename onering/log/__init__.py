"""The log: events appended in batches, read in order, followed as they commit."""
