"""Cases: procedures, applications and what is done to them, steps at several agencies, papers."""
