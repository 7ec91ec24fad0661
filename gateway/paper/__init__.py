"""Pages for people as PDF/A: each is a dataclass, a template that sees nothing else, and two languages."""
