"""A province in a box: the demo, its sample agencies and their data."""
