"""One command, one transaction: what was asked becomes events, views and an answer that is remembered."""
