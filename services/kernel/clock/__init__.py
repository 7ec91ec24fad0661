"""What is done by the clock, and who says that it was done."""
