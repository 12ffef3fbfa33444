"""HTTP in, HTTP out: the public routes. They read no person; what arrives is accepted at the door."""
