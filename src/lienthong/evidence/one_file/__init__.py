"""The verifier that a person can run alone: one file, the standard library, nothing of this project."""
