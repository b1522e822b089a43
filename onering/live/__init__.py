"""The live feed: every reader's screen follows a draft over a WebSocket, exactly once and in order (docs/LIVE.md)."""
