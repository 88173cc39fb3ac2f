"""The migrations of the OpenID provider."""
