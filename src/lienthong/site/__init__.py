"""The Django side put together: settings, roles, URLs, the database server, and the commands that run it."""
