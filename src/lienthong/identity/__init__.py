"""Who is at the screen, at which sign-in level: accounts, the OpenID provider, and sign-in by a provider."""
