"""The OpenID provider of the role `registry`: says to other sites who signed in here, how surely, and nothing more.

The protocol's frame is oauthlib's by django-oauth-toolkit; which flow exists, what a code is, what an ID token says
and when a person is asked again is ours. Only the authorization code flow with PKCE (S256) exists.
"""
