"""What the system is held against: the plainest thing that does the same outwardly."""
