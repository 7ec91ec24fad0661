"""How the database of org got its form."""
