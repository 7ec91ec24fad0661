"""What an investigator is shown of the log: a selection of it, its causes, and the same bytes wherever it is made."""
