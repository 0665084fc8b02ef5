"""The main job in seconds: the server, a sample service and a user act it out, through their public APIs."""

from mockserver.demo.play import run_demo

__all__ = ["run_demo"]
