"""Whether anything personal lies bare: values that are nobody's are planted, and everything is read for them (P18)."""
