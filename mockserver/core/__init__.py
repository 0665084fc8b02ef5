"""The pure core: functions over values; no await, clock, randomness or files."""
