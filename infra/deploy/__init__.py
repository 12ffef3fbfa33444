"""Commands that package Regulars, and write the parameters of a stage on AWS. They use no module of the local run."""
