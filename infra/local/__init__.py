"""The whole service on one machine: stand-ins for AWS, the gateway, the pumps, and commands to try it."""
