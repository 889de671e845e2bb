"""HTTP: requests read, responses kept, errors told; nothing of what is served."""
