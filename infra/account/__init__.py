"""The way into the shop's own AWS account, back out of it, and a version back: deploy, rollback, uninstall."""
