"""How often somebody may ask: shared by all processes, decided without a round trip of its own per request."""
