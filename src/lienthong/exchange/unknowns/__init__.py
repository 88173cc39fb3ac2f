"""Calls whose outcome nobody could record, for a person at a shell."""
