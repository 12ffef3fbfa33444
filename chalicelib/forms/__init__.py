"""Forms are data: one TOML file each in `definitions/`. Validation, JSON Schema, page and embed read the same file."""
