"""Reading documents: references, dates, figures, and what may be a task or a target. Pure but for opening the file."""
