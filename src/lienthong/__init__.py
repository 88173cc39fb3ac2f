"""Lienthong: an open e-government connection platform. Each exchange between agencies leaves a proof."""
