"""The migrations of this house's tables."""
