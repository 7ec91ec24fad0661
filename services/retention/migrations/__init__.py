"""How the database of retention got its form."""
