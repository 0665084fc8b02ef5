"""The one place where effects are put in order; knows no HTTP."""
