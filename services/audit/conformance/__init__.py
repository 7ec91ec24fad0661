"""Every promise with its present evidence: what is measured of it, which job keeps it, and what the log says last."""
