"""What an operator sees of a gateway: readiness, metrics, monitoring, findings. Reads, never on a message's way."""
