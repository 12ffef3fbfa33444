"""Commands for staff. Each works on the local stack, or on the stage on AWS that STAGE names, where it says so."""
