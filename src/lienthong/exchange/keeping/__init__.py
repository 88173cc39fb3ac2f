"""What keeps a gateway going, for a person at a shell: its examination, its backup and its restoring."""
