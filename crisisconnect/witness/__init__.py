"""A witness that an organisation runs for its processor's log: it cosigns what only grows, and remembers it."""
