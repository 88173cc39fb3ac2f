"""A member's door to the others: one process, one log."""
