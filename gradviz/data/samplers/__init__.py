"""The order in which samples are taken, with torch's own samplers where it has one."""
