"""A shop's own customer list: bytes -> rows with line numbers -> Submissions. Pure; nothing is read or written here.

csv_rows     one row at a time as RFC 4180 has it; a fault of a row is a reason code and line numbers, never a value
json_lines   the same of a file with one JSON object a line
cells        how a map names columns, and what the answers in them mean
column_map   the import's map: the meaning of each column, and the evidence behind its consent columns
shipped      the maps that come with Regulars (maps/), with what a shop adds to one
clean        one cell, cleaned
row          the cells of a row by the map
submission   the Submission that a row becomes
"""
