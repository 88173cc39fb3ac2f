"""What every other house stands on: time, names, canonical bytes, keys, settings, Vietnamese text.

It knows nothing of members, logs or messages, and does no I/O but for keys and settings.
"""
