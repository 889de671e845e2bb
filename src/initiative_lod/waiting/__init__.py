"""Waiting: a queue in which clients take turns, how much each used of late, and deadlines."""
