"""What is done in a disclosure's file, step by step, and what of it is shown to whom (P07, P08)."""
