"""Views made again from events: to compare them, to look back, to come back under other keys (I5)."""
