"""The log read again from its beginning: printed, shown as it was, exported, checked, compared with its read models."""
