"""The mails that customers get: their words, how they look, and what each must carry before it may leave."""
