"""Every personal value rests sealed; here are the keys, what wraps them, and where those that wrap live (P18, I6)."""
