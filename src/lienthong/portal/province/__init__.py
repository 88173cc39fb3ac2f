"""Pages of the role `province`."""
