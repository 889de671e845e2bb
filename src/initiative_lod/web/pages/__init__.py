"""Pages: view models, one module for each kind of page, and the templates that they fill."""
