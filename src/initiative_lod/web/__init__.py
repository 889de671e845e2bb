"""The edge: HTTP and pages. ``app.create_app`` puts it together; everything above knows nothing of it."""
