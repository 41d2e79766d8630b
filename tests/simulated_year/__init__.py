"""A year of a college, lived twice: by the application, and by a slow and obvious reference.

`story` makes up what people do, day by day; `reference` says in plain words what has to come of
it; `playing` plays the same story through the services; `comparing` names every difference.
"""
