"""The shop's own AWS account: the way in and out (deploy, rollback, uninstall), restores, and senders."""
