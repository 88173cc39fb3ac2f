"""Pages of the role `registry`."""
