"""Documents of cases: what people hand in, what offices give out, how both are kept and checked."""
