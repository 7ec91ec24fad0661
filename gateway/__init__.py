"""The only door: it knows who asks, what may be asked and in which shape; the services decide."""
