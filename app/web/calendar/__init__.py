"""The year's calendar: phases, months to report, holidays, and the dates of my tasks."""
