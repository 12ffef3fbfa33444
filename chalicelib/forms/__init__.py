"""Forms are data: one TOML file each in `definitions/`.

Validation, JSON Schema, page and embed read that one file; there is no code for a single form.
"""
