"""The sandbox's sample agencies: what a linked case asks besides the population registry. Nothing has legal value.

Each is a small process with a book of its own behind its own gateway, and keeps the provider's rule
(docs/providers.md).
"""
