"""How the tables of places came to be, step by step."""
