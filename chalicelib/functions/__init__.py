"""One file per Lambda function, named as in app.py and in its policy file."""
