"""The migrations of this house."""
