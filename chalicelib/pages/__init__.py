"""Pages for people: templates and one style sheet. They load nothing from other servers and need no script."""
