"""A question from one process to another, and its answer: sealed for those two, in time, on one healing connection."""
