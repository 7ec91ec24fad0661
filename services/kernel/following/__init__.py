"""A service and the log: what it takes in, what it sets aside, and what it takes back of its own."""
