"""Writes what was measured as Markdown, and holds it against the goals; measures nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.days import Day
from bench.figures import Bound, Goal, paired, ratio, raw, spread, table
from bench.lives import Lives
from bench.load import CONNECTIONS
from bench.pending import Pending
from bench.request import FAILOVER, V0_1, V1, VARIED_READ, Effort
from bench.sends import Sends
from bench.starts import Starts
from bench.storage import MEANWHILE_PER_S, Stored

KILO = 1000
RATIOS = (
    ("mockserver v1", "bare echo, body of v1", Bound.AT_LEAST, 0.70),
    ("mockserver v0.1", "bare echo, body of v0.1", Bound.AT_LEAST, 0.70),
    ("mockserver v1", "Prism", Bound.AT_LEAST, 6.0),
    ("mockserver v1", "openapi-backend on fastify", Bound.AT_LEAST, 2.0),
    ("mockserver v1", "WireMock", None, 0.0),
    ("mockserver v1", "openapi-core in a handler", None, 0.0),
    ("mockserver v1, refused", "mockserver v1", Bound.AT_LEAST, 0.8),
    ("mockserver v1, failover", "mockserver v1", Bound.AT_LEAST, 0.6),
    ("mockserver v1, token", "mockserver v1", Bound.AT_LEAST, 0.9),
)
"""Who is compared with whom, and the goal of it if there is one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that one run measured; a part left out is nothing."""

    sends: Sends | None = None
    lives: Lives | None = None
    stored: Stored | None = None
    pending: Sequence[Pending] = ()
    starts: Starts | None = None
    day: Day | None = None


def goals_of(found: Measured) -> list[Goal]:
    """Return the goals of the parts that were measured."""
    goals: list[Goal] = []
    if found.sends is not None:
        goals += _send_goals(found.sends)
    if found.lives is not None:
        whole, bare = ([each.per_s for each in rounds] for rounds in (found.lives.whole, found.lives.bare))
        goals.append(Goal("whole lives against bare sends", Bound.AT_LEAST, 0.35, ratio(whole, bare)))
    if found.stored is not None:
        goals += _storage_goals(found.stored)
    goals += [_pending_goal(each) for each in found.pending]
    if found.starts is not None:
        goals += _start_goals(found.starts)
    return goals


def sections_of(found: Measured, effort: Effort) -> list[str]:
    """Return the sections of the parts that were measured."""
    sections = []
    if found.sends is not None:
        sections.append(sends_section(found.sends, effort))
    if found.lives is not None:
        sections.append(lives_section(found.lives, effort))
    if found.stored is not None:
        sections.append(storage_section(found.stored))
    if found.pending:
        sections.append(pending_section(found.pending))
    if found.starts is not None:
        sections.append(starts_section(found.starts))
    if found.day is not None:
        sections.append(day_section(found.day))
    return sections


def goals_section(goals: Sequence[Goal]) -> str:
    """Return the table of goals."""
    rows = "\n".join(goal.text() for goal in goals)
    return f"## Goals\n\n| Goal | Limit | Measured | |\n| --- | --- | --- | --- |\n{rows}\n"


def _send_goals(sends: Sends) -> list[Goal]:
    goals = []
    for ours, theirs, bound, limit in RATIOS:
        if bound is None:
            continue
        measured = ratio(sends.per_s(ours), sends.per_s(theirs))
        goals.append(Goal(f"{ours} against {theirs}", bound, limit, measured, "" if measured else "see Sends"))
    return goals


def _storage_goals(stored: Stored) -> list[Goal]:
    own = f"the prober itself was late by up to {stored.pauses.own_ms:.0f} ms"
    name = f"at {stored.messages:,} messages"
    return [
        Goal(f"memory of a message, kB, {name}", Bound.AT_MOST, 1.5, stored.bytes_each / KILO),
        Goal("longest pause meanwhile, ms", Bound.AT_MOST, 50, stored.pauses.longest_ms, own),
        *(Goal(f"{kind}, p99 in ms, {name}", Bound.UNDER, 20, each.p99_ms) for kind, each in stored.answers.items()),
    ]


def _pending_goal(pending: Pending) -> Goal:
    p99, idle = ([each.p99_ms for each in rounds] for rounds in (pending.rounds, pending.idle))
    name = f"p99 of sends against idle, {pending.webhooks:,} webhooks to a receiver that {pending.kind}"
    return Goal(name, Bound.AT_MOST, 2, ratio(p99, idle))


def _start_goals(starts: Starts) -> list[Goal]:
    imported = spread(_more_ms(starts.imported, starts.bare)).median
    plugin = spread(_more_ms(starts.with_plugin, starts.without_plugin)).median if starts.plugin else None
    note = "" if starts.plugin else "the plugin or pytest is not installed"
    return [
        Goal("cold start to the first 202, s", Bound.UNDER, 0.5, spread(starts.first_answer).median),
        Goal("import mockserver, ms over the bare interpreter", Bound.UNDER, 50, imported),
        Goal("empty pytest run with the plugin, ms more", Bound.AT_MOST, 30, plugin, note),
    ]


def _more_ms(those: Sequence[float], than: Sequence[float]) -> list[float]:
    return [(one - other) * KILO for one, other in zip(those, than, strict=True)]


def sends_section(sends: Sends, effort: Effort) -> str:
    """Return the section on answers a second."""
    rows = []
    for name, rounds in sends.rounds.items():
        per_s = [each.per_s for each in rounds]
        p50, p99 = (
            f"{spread(values).median:.2f}" for values in zip(*((r.p50_ms, r.p99_ms) for r in rounds), strict=True)
        )
        rows.append([name, spread(per_s).text(0), p50, p99, raw(per_s, 0)])
    ratios = []
    for ours, theirs, _, _ in RATIOS:
        if sends.per_s(ours) and sends.per_s(theirs):
            found = paired(sends.per_s(ours), sends.per_s(theirs))
            ratios.append([f"{ours} / {theirs}", f"**{spread(found).text(2)}**", raw(found, 2)])
    left_out = "".join(f"- Not comparable: {name}: {_one_line(why)}\n" for name, why in sends.left_out.items())
    return (
        "## Sends\n\n"
        f"One SMS over {CONNECTIONS} connections, in {effort.rounds} rounds of {effort.seconds} s that alternate:"
        f" {len(V1.body)} bytes in v1, {len(V0_1.body)} in v0.1, {len(FAILOVER.body)} with two to fall back on."
        " The server checks credentials, judges, stores, journals and plans each message's statuses;"
        " the echo decodes JSON and encodes it again, and openapi-core judges in the handler of such an app."
        " Prism, openapi-backend and WireMock check that there are credentials and judge, but store nothing.\n\n"
        + table(["", "per s, median [range]", "p50 ms", "p99 ms", "per s, each round"], rows)
        + "\n"
        + table(["Ratio of each round", "median [range]", "each round"], ratios)
        + (f"\n{left_out}" if left_out else "")
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def lives_section(lives: Lives, effort: Effort) -> str:
    """Return the section on whole lives."""
    whole, bare = [each.per_s for each in lives.whole], [each.per_s for each in lives.bare]
    hooks = [each.hooks_per_s for each in lives.whole]
    found = paired(whole, bare)
    messages = sum(each.messages for each in lives.whole)
    return (
        "## Whole lives\n\n"
        f"A send and its three signed webhooks (submitted, delivered, read), due at once and acknowledged:"
        f" sends of {effort.lives_s} s, then the wait for the last webhook, which the receiver counts."
        f" Beside them bare sends of the same WhatsApp message, {len(VARIED_READ.body)} bytes, for {effort.seconds} s."
        f" Of {messages:,} messages each webhook came, and came once.\n\n"
        + table(
            ["", "per s, median [range]", "per s, each round"],
            [
                ["whole lives", spread(whole).text(0), raw(whole, 0)],
                ["bare sends", spread(bare).text(0), raw(bare, 0)],
                ["webhooks", spread(hooks).text(0), raw(hooks, 0)],
            ],
        )
        + f"\nRatio of each round: **{spread(found).text(2)}** ({raw(found, 2)}).\n"
    )


def storage_section(stored: Stored) -> str:
    """Return the section on what storing costs."""
    answers = [
        [name, str(each.asked), f"{each.p50_ms:.2f}", f"{each.p99_ms:.2f}", f"{each.longest_ms:.2f}"]
        for name, each in stored.answers.items()
    ]
    pauses = stored.pauses
    return (
        "## Many messages\n\n"
        f"{stored.messages:,} SMS, no two alike, each with its request in the journal and two signed webhooks"
        f" acknowledged, in {stored.seconds:.0f} s. Memory is what the process holds (RSS), then less at the start.\n\n"
        f"- {stored.bytes_each / KILO:.2f} kB a message:"
        f" {stored.before_bytes / KILO**2:,.0f} MB before, {stored.after_bytes / KILO**2:,.0f} MB after.\n"
        f"- Longest pause while they came: {pauses.longest_ms:.1f} ms of {pauses.probes:,} probes"
        f" (the prober itself was woken up to {pauses.own_ms:.1f} ms late).\n\n"
        f"Questions one after the other, while {MEANWHILE_PER_S:,} sends a second go on; the wait includes the send"
        " it waits for.\n\n" + table(["", "asked", "p50 ms", "p99 ms", "longest ms"], answers)
    )


def pending_section(pending: Sequence[Pending]) -> str:
    """Return the section on dead receivers."""
    rows = []
    for each in pending:
        busy, idle = ([one.p99_ms for one in rounds] for rounds in (each.rounds, each.idle))
        found = paired(busy, idle)
        rows.append([each.kind, spread(busy).text(2), spread(idle).text(2), f"**{spread(found).text(2)}**"])
    return (
        "## A dead receiver\n\n"
        f"{pending[0].webhooks:,} webhooks of one account wait for a receiver that is dead, and are tried again by the"
        f" documented schedule; meanwhile another account sends as fast as it can over {CONNECTIONS} connections."
        " In turns with the same server once it has forgotten all.\n\n"
        + table(["the receiver", "p99 ms", "p99 ms, idle", "ratio of each round"], rows)
    )


def starts_section(starts: Starts) -> str:
    """Return the section on what starting costs."""
    named = {
        "first 202, https included": starts.first_answer,
        "`python -c 'import mockserver'`": starts.imported,
        "`python -c pass`": starts.bare,
        "pytest on an empty test": starts.without_plugin,
        f"the same with the plugin {starts.plugin}": starts.with_plugin,
    }
    rows = [[name, spread(values).text(3), raw(values, 3)] for name, values in named.items() if values]
    return "## Starts\n\nFrom starting the process, in turns; files were in the cache of the system.\n\n" + table(
        ["", "s, median [range]", "s, each"], rows
    )


def day_section(day: Day) -> str:
    """Return the section on a day of retries."""
    return (
        "## A day of retries\n\n"
        f"{day.messages} messages whose receiver refuses everything, on a manual clock advanced by 24 h at once.\n\n"
        f"- {day.tries:,} signed tries in {day.seconds:.1f} s.\n"
    )
