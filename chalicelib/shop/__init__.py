"""What the shop decides, as data: purposes, ages, retention periods."""
