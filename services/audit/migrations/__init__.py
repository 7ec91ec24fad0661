"""How the database of audit got its form."""
