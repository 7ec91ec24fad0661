"""How the database of auth got its form."""
