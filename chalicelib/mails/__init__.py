"""The mails that customers get: their words, their layout, and what each must hold before it may be sent."""
