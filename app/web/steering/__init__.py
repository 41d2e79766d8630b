"""Steering the year: its phases, how far each is, who owes what in it, reminders."""
