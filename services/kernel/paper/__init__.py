"""What leaves as a file, each form through one door: PDF, CSV, ZIP."""
