"""Delivery: directives, tasks, targets, indicators, the board and the report."""
