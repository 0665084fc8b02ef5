"""What a tester writes: scenario files, read and checked; importing this loads neither pydantic nor a YAML reader."""
