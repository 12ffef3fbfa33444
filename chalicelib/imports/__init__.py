"""A shop's own customer list: bytes -> rows with line numbers -> Submissions. Pure; nothing is read or written here.

records   one row at a time as RFC 4180 has it; what is wrong with a row is a reason code and its lines, never a value
mapping   the import's map: which column is what, and the evidence behind its consent columns
cells     one cell, cleaned
rows      a row by the map, and the Submission that it becomes
"""
