"""From a committed event to an entry of the log: numbered, signed, published, and asked after (I1, I3)."""
