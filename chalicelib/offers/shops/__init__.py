"""The shop systems at which codes are made, one module each."""
