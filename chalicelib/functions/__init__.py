"""One file per Lambda function, named as in app.py and in its policy file; `handle(event)` is its handler.

A function imports what it uses and nothing else; `tests/rules/test_functions.py` holds that for each.
"""
