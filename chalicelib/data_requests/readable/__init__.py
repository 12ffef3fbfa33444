"""A record as sections that a person understands, in their language: every value of the rows, with a name beside it.

Each file makes one chapter out of the rows that `data_requests.record` gathers. What a chapter has no words for stands
under "Other details" (`facts.py`); `technical.py` lists what stands in data.json alone.
"""
