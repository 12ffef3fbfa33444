"""How Regulars is deployed, packaged and run on one machine. No module of this package is deployed."""
