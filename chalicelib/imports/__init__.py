"""A shop's own customer list: bytes -> rows with line numbers -> Submissions. Pure; nothing is read or written here.

csv_rows     one row at a time as RFC 4180 has it; a fault of a row is a reason code and line numbers, never a value
column_map   the import's map: the meaning of each column, and the evidence behind its consent columns
clean        one cell, cleaned
submission   a row by the map, and the Submission that it becomes
"""
