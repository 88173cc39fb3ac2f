"""The commands on who looked."""
