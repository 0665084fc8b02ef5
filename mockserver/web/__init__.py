"""HTTP: the routes of the provider, the control API, and the process that serves them."""
