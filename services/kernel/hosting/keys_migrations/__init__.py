"""How the key databases got their form; the same for every service."""
