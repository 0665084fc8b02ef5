"""The fuzzer: makes trouble for a system under test, judges how it bears it, keeps the smallest case that fails."""
