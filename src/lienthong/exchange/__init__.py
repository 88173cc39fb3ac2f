"""Data between agencies: allowed, and provable."""
