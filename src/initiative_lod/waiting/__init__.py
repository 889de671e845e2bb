"""Waiting: a queue in which clients take turns, and deadlines. For queries and pages alike; knows neither."""
