"""What goes, goes everywhere: a person's keys, the epochs that wrapped them, the indexes that named them (P06, I6)."""
