"""The data console at `/console/`: Flask-Admin over the master data, behind the same gate."""
