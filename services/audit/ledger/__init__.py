"""The log as it is kept: its tables, the arithmetic of its tree, and the questions it answers."""
