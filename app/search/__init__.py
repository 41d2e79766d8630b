"""Search over tasks, departments, cases and people.

Chinese is written without spaces, so the index holds every two neighbouring characters
(`text`); one entry per row says what is found where (`kinds`), is kept in the commit of the
row itself (`index`) and read through what the reader may see (`queries`).
"""
