"""The report of a working session: numbers from the data, each with its source; words of people beside them."""
