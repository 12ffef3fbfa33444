"""Says the numbers over everybody in one language: sentences, tables and charts, for the desk and the commands."""
