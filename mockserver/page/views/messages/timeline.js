/** The timeline of one message: a line with what happened to it, its webhooks branching off below. Each point opens what it is. */

import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { classes } from "../../lib/ui.js";
import { AXIS_Y, layOut, RADIUS } from "./layout.js";

const LABELLED_MS = 100;
const GAP_LABEL_PX = 46;
const HIT_PX = 24; // as wide as a finger needs at least

/** How wide a box is, as it changes. */
function useWidth(box) {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => setWidth(Math.floor(contentRect.width)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return width;
}

/** Signs within a point: they say by shape what its colour says. */
const SIGNS = {
  ok: "M-3 .2-.8 2.4 3.2-2.2",
  bad: "M-2.4-2.4 2.4 2.4M2.4-2.4-2.4 2.4",
  warn: "M0-3V.6M0 2.8v.1",
};

function Dot({ dot, isActive, isStop, onActive }) {
  const { point, x, y } = dot;
  const isNext = point.when === "next";
  const above = point.delivery === null;
  const at = format.preciseTime(point.at);
  return html`<a href=${point.href} class=${classes("line-dot", point.tone && `tone-${point.tone}`, isNext && "is-next", isActive && "is-active")}
    aria-label=${`${isNext ? "" : `${at}: `}${point.words}${isNext ? `, at ${at}` : ""}`} tabindex=${isStop ? 0 : -1} data-point=${point.id}
    onMouseEnter=${() => onActive(point.id)} onMouseLeave=${() => onActive(null)} onFocus=${() => onActive(point.id)} onBlur=${() => onActive(null)}>
    <title>${`${at} ${point.words}`}</title>
    <rect class="line-hit" x=${x - HIT_PX / 2} y=${above ? y - 40 : y - 12} width=${HIT_PX} height=${above ? 52 : 40} />
    <circle class="line-halo" cx=${x} cy=${y} r=${RADIUS + 5} />
    <circle class="line-circle" cx=${x} cy=${y} r=${RADIUS} />
    ${!isNext && SIGNS[point.tone] && html`<path class="line-sign" d=${SIGNS[point.tone]} transform=${`translate(${x} ${y})`} />`}
    <text class="line-label" x=${x} y=${above ? y - 28 : y + 21} text-anchor="middle">${point.label}</text>
  </a>`;
}

/** A gap of the axis: how long it was, and two strokes where it is drawn shorter than it is. */
function Gap({ gap }) {
  const { x, ms, width, isBroken } = gap;
  const words = ms < 0 ? `−${format.duration(-ms)}` : format.duration(ms);
  const isLabelled = Math.abs(ms) >= LABELLED_MS && width >= GAP_LABEL_PX;
  return html`
    ${isBroken && html`<g class="line-break"><rect x=${x - 4} y=${AXIS_Y - 7} width="8" height="14" /><path d=${`M${x - 6} ${AXIS_Y + 6}l5-12M${x + 1} ${AXIS_Y + 6}l5-12`} /></g>`}
    ${isLabelled && html`<text class="line-gap" x=${x} y=${AXIS_Y - 10} text-anchor="middle">${words}</text>`}`;
}

/** The line of a webhook, from what set it off to its last try; what is still to come is drawn apart. */
function Branch({ line, nowX }) {
  const { x1, x2, y } = line;
  const end = nowX === null ? x2 : Math.min(x2, nowX);
  return html`<path class="line-branch" d=${`M${x1} ${AXIS_Y}V${y - 10}q0 10 10 10H${Math.max(end, x1 + 10)}`} />
    ${x2 > end && html`<path class="line-branch is-next" d=${`M${end} ${y}H${x2}`} />`}`;
}

/** Arrows move from point to point; Home and End go to the first and last. */
function move(event, box) {
  const dots = [...box.querySelectorAll("[data-point]")];
  const at = dots.indexOf(event.target.closest("[data-point]"));
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: dots.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  event.stopPropagation();
  const dot = dots[Math.max(0, Math.min(dots.length - 1, to))];
  dot.focus();
  dot.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/**
 * @param {{points: import("./points.js").Point[], active: string|null, onActive: (id: string|null) => void}} props
 */
export function Timeline({ points, active, onActive }) {
  const box = useRef(null);
  const width = useWidth(box);
  const drawn = layOut(points, { now: format.now(), width });
  const stop = points.some((each) => each.id === active) ? active : points[0]?.id;
  const axisPast = drawn.nowX ?? drawn.axisEnd;
  return html`<div class="line-box" ref=${box} onKeyDown=${(event) => move(event, box.current)}>
    <svg class="line" width=${drawn.width} height=${drawn.height} role="group" aria-label="Timeline">
      <path class="line-axis is-quiet" d=${`M${drawn.dots[0]?.x ?? 0} ${AXIS_Y}H${drawn.nowX ?? drawn.dots.at(-1)?.x ?? 0}`} />
      <path class="line-axis" d=${`M${drawn.dots[0]?.x ?? 0} ${AXIS_Y}H${Math.min(axisPast, drawn.axisEnd)}`} />
      ${drawn.axisEnd > axisPast && html`<path class="line-axis is-next" d=${`M${axisPast} ${AXIS_Y}H${drawn.axisEnd}`} />`}
      ${drawn.lines.map((each) => html`<${Branch} key=${each.delivery} line=${each} nowX=${drawn.nowX} />`)}
      ${drawn.nowX !== null && html`<g class="line-now"><path d=${`M${drawn.nowX} 18V${drawn.height - 4}`} /><text x=${drawn.nowX} y="12" text-anchor="middle">now</text></g>`}
      ${drawn.gaps.map((each, place) => html`<${Gap} key=${place} gap=${each} />`)}
      ${drawn.dots.map((each) => html`<${Dot} key=${each.point.id} dot=${each} isActive=${each.point.id === active} isStop=${each.point.id === stop} onActive=${onActive} />`)}
    </svg>
  </div>`;
}

/** How long after the point before; of one to come, how long from now. */
function sinceBefore(point, before) {
  if (point.when === "next") return point.at > format.now() ? `in ${format.duration(point.at - format.now())}` : "due";
  if (!before) return "";
  const gap = point.at - before.at;
  return gap < 0 ? `−${format.duration(-gap)}` : `+${format.duration(gap)}`;
}

/** The same in words: one row a point, with the time since the one before. */
export function Steps({ points, active, onActive }) {
  return html`<ol class="moments">${points.map((point, place) => {
    const iso = new Date(point.at).toISOString();
    return html`<li key=${point.id}><a href=${point.href} class=${classes("moment", point.when === "next" && "is-next", point.delivery !== null && "is-webhook", point.id === active && "is-active")}
      onMouseEnter=${() => onActive(point.id)} onMouseLeave=${() => onActive(null)} onFocus=${() => onActive(point.id)} onBlur=${() => onActive(null)}>
      <time class="num" datetime=${iso} title=${iso}>${format.preciseTime(iso)}</time>
      <span class="moment-gap num">${sinceBefore(point, points[place - 1])}</span>
      <span class=${classes("moment-words", point.tone === "bad" && "tone-bad")}>${format.clip(point.words, 220)}</span></a></li>`;
  })}</ol>`;
}
