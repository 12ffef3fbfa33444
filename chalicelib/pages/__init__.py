"""Pages for people: templates and one style sheet, nothing from anybody else's server, no script needed."""
