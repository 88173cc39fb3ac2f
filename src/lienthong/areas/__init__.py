"""Places over time: administrative units, what became of them, their agencies' codes, and addresses."""
