"""What a member's own service needs to carry out each message once: a helper for its framework, and a test kit."""
