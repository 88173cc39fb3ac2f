"""The migrations of the relying party."""
