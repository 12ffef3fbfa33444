"""Tours past every customer, a page at a time, for the desk; a list to download is made by one."""
