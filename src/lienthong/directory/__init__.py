"""Who the members are: their gateways, log keys and TLS keys, signed; and the authority for TLS certificates.

Nothing here asks the network. A directory is trusted for its signature alone, never for where it came from.
"""
