"""Setting a college up: what is there, what is missing, and the first year's form."""
