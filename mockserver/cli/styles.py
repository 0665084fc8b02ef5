"""What went well and what did not, as data, and the colours that say so on a terminal."""

GOOD, BAD, OPEN, QUIET = "green", "red", "yellow", "dim"

ACKNOWLEDGED = range(200, 206)
"""Answers that a webhook's sender takes for yes."""

STATUS_STYLES = {
    "accepted": OPEN,
    "submitted": OPEN,
    "delivered": GOOD,
    "read": GOOD,
    "received": GOOD,
    "rejected": BAD,
    "undeliverable": BAD,
}
STATE_STYLES = {"pending": OPEN, "delivered": GOOD, "gave_up": BAD, "abandoned": BAD, "dropped": QUIET}
ENTRY_STYLES = {"gave_up": BAD, "abandoned": BAD, "error": BAD, "skipped": OPEN, "dropped": QUIET}
VERDICT_STYLES = {"accepted": GOOD, "refused": BAD, "failed": BAD}
