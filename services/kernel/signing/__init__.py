"""Whose word an entry of the log is: notes, the keys that sign them, and how one key follows another (I8)."""
