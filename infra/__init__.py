"""How Regulars is deployed, packaged and run on one machine. Nothing here is deployed with it."""
