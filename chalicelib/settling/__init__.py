"""An inbox item takes its effect, exactly once."""
