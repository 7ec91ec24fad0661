"""What an authority receives of a disclosure: gathered, built the same each time, and sealed to its key (P08)."""
