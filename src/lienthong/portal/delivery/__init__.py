"""Pages of delivery: directives, targets, indicators, the board and the report."""
