"""Which colour means what on a terminal, as data; green went well, red did not, yellow is still open."""

GOOD, BAD, OPEN, QUIET = "green", "red", "yellow", "dim"

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
CELL_STYLES = {"yes": GOOD, "no": BAD, "n-a": QUIET}
