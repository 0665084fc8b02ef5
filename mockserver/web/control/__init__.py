"""The tester's routes under ``/_mock``: one table feeds the router, the OpenAPI document and the docs."""

from mockserver.web.control.table import ROUTES, ControlRoute

__all__ = ["ROUTES", "ControlRoute"]
