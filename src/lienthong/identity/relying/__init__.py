"""The province as relying party: its citizens sign in at a provider, any that settings name (VNeID's place).

A small strict client of our own, on the JOSE library that the provider uses too: the authorization code flow with
PKCE, `state`, `nonce` and the issuer's name, and an ID token of which every claim is checked. The reasons are in
docs/adr/0015-openid-two-sides.md.
"""
