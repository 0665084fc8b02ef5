/** Where the points of a timeline are drawn. Gaps grow with the logarithm of time: a millisecond and a day both fit. Pure. */

export const AXIS_Y = 52;
export const LANE_Y = 96;
export const LANE_HEIGHT = 38;
export const RADIUS = 7;
const MARGIN = 36;
const NARROWEST = 22;
const GROWTH = 15;
const MOST_STRETCH = 2.4;
const NOW_AT = 0.3; // where the present is drawn, between what was last and what comes next
const BROKEN_MS = 60_000; // beyond this the axis is drawn broken

const widthOf = (label) => label.length * 6.4 + 10;
const gapWidth = (ms) => NARROWEST + GROWTH * Math.log10(1 + Math.abs(ms));

/**
 * Give each webhook a lane below the axis: the first that is free where its line begins.
 * @returns {Map<string, {lane: number, from: number, to: number}>}  by the webhook's id; places in `points`
 */
function lanesOf(points) {
  const lines = new Map();
  points.forEach(({ delivery }, place) => {
    if (delivery === null) return;
    if (!lines.has(delivery)) lines.set(delivery, { from: causeOf(points, place), to: place });
    lines.get(delivery).to = place;
  });
  const ends = [];
  for (const line of lines.values()) {
    const free = ends.findIndex((end) => end < line.from);
    line.lane = free < 0 ? ends.length : free;
    ends[line.lane] = line.to;
  }
  return lines;
}

/** The place of the point that set a webhook off: the status it tells of, else what came last before it. */
function causeOf(points, place) {
  const told = points[place];
  const event = /^(\w+) webhook/.exec(told.words)?.[1] ?? told.status;
  const before = points.slice(0, place);
  const exact = before.findLastIndex((each) => each.delivery === null && each.status === event);
  return exact >= 0 ? exact : Math.max(0, before.findLastIndex((each) => each.delivery === null));
}

/** The least x of each point, so that labels of one line do not touch; `stretch` widens what is between. */
function spread(points, gaps, lanes, stretch) {
  const ends = new Map();
  const xs = [];
  points.forEach((point, place) => {
    const row = point.delivery === null ? "axis" : lanes.get(point.delivery).lane;
    const half = Math.max(widthOf(point.label) / 2, RADIUS + 2);
    const wanted = place === 0 ? MARGIN : xs[place - 1] + gapWidth(gaps[place]) * stretch;
    const x = Math.max(wanted, (ends.get(row) ?? 0) + half);
    ends.set(row, x + half);
    xs.push(x);
  });
  return xs;
}

/**
 * Lay a timeline out.
 * @param {import("./points.js").Point[]} points
 * @param {{now: number, width: number}} place  the account's time, and the width there is
 * @returns {{width: number, height: number, dots: {point: object, x: number, y: number}[], lines: object[],
 *            gaps: {x: number, width: number, ms: number, isBroken: boolean}[], nowX: number|null, axisEnd: number}}
 */
export function layOut(points, { now, width }) {
  const lanes = lanesOf(points);
  const first = points.findIndex((each) => each.when === "next");
  const gaps = points.map((each, place) => {
    if (place === 0) return 0;
    const from = place === first ? Math.max(now, points[place - 1].at) : points[place - 1].at;
    return each.at - from;
  });
  const natural = spread(points, gaps, lanes, 1);
  const most = (natural.at(-1) ?? 0) - MARGIN;
  const stretch = most > 0 ? Math.min(MOST_STRETCH, Math.max(1, (width - 2 * MARGIN) / most)) : 1;
  const xs = stretch > 1 ? spread(points, gaps, lanes, stretch) : natural;
  const yOf = ({ delivery }) => (delivery === null ? AXIS_Y : LANE_Y + lanes.get(delivery).lane * LANE_HEIGHT);
  const dots = points.map((point, place) => ({ point, x: xs[place], y: yOf(point) }));
  const nowX = first > 0 ? xs[first - 1] + (xs[first] - xs[first - 1]) * NOW_AT : null;
  const deepest = Math.max(-1, ...[...lanes.values()].map((each) => each.lane));
  return {
    dots,
    width: Math.max(width, (xs.at(-1) ?? 0) + MARGIN),
    height: deepest < 0 ? AXIS_Y + 28 : LANE_Y + deepest * LANE_HEIGHT + 34,
    lines: [...lanes].map(([delivery, { lane, from, to }]) => ({ delivery, x1: xs[from], x2: xs[to], y: LANE_Y + lane * LANE_HEIGHT })),
    gaps: gaps.slice(1).map((ms, before) => gapOf(before + 1 === first ? nowX : xs[before], xs[before + 1], ms)),
    nowX,
    axisEnd: xs[points.findLastIndex((each) => each.delivery === null)] ?? MARGIN,
  };
}

const gapOf = (from, to, ms) => ({ x: (from + to) / 2, width: to - from, ms, isBroken: Math.abs(ms) >= BROKEN_MS });
