"""The day's work of the shop's people: what the page of the desk and the commands for staff both list and do.

No list here opens a record; each act is one transaction with a line in the access audit.
"""
