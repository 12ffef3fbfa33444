"""Where data comes in: the forms, and the systems that deliver by webhook."""
