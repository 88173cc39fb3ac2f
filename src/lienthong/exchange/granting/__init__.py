"""Granting by command: grants.toml edited safely, and decisions explained."""
