"""One log of a gateway follows another."""
