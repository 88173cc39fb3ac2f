"""A witness as a program of its own."""
