"""Delays of disclosure, by command: asked for, approved by two, ended."""
