"""Pages and wording: what people see. No rules and no tables of its own."""
