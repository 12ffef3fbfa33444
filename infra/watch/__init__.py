"""Looks at a stage and changes nothing: `make doctor` judges it, `make logs` reads what its functions wrote."""
