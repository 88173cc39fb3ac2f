"""Figures counted by the platform itself, or asked of other members: each leads back to what it was counted from."""
