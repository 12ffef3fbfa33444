"""An invented shop for `make demo`: its goods, its people, a year of their life, told in the product's own ways."""
