"""Commands that package Regulars, and write what a stage on AWS needs. They use nothing of the local run."""
