"""The population registry: persons, their numbers and households, what happened to them, and their cards."""
