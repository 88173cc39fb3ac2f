"""The command by which a new gateway is made and joins."""
