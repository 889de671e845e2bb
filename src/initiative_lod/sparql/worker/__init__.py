"""SPARQL worker: what runs confined in a process of its own, and nothing else."""
