"""The demo year: a college of made-up people living through a year, for trying things out."""
