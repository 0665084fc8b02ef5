/** A row of the list: one webhook. Holds nothing to press. */

import { html } from "../../vendor/preact.js";
import { count, duration } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Chip, classes, Time } from "../../lib/ui.js";
import { Countdown } from "./countdown.js";
import { outcome, STATES, who } from "./words.js";

const MOST_BARS = 12;

/** How long each of the last tries took, as bars: by the logarithm, since 2 ms and 5 s stand side by side. */
export function Bars({ attempts }) {
  const last = attempts.slice(-MOST_BARS);
  return html`<span class="deliveries-bars" aria-hidden="true">
    ${last.map((each) => html`<span key=${each.number} class=${classes("deliveries-bar", outcome(each).isGood ? "is-good" : "is-bad")}
      style=${{ height: `${barHeight(each.duration_ms)}px` }}></span>`)}
  </span>`;
}

/** 3 px for a millisecond or less, 16 px for ten seconds or more. */
export const barHeight = (ms) => Math.round(3 + 13 * Math.min(1, Math.log10(Math.max(1, ms)) / 4));

/** The state of a webhook: its icon and its word. */
export function State({ state }) {
  const { label, tone, icon, about } = STATES[state] ?? { label: state, tone: "", icon: "clockface", about: "" };
  return html`<${Chip} tone=${tone} icon=${icon} title=${about}>${label}<//>`;
}

function Tries({ attempts, state }) {
  const last = attempts.at(-1);
  if (!last) return html`<span class="muted">${state === "pending" ? "in line" : "never tried"}</span>`;
  const { words, isGood } = outcome(last);
  return html`<${Bars} attempts=${attempts} />
    <span class="num muted nowrap">${count(attempts.length, "try", "tries")}, <span class="sr-only">the last took </span>${duration(last.duration_ms)}</span>
    <span class=${classes("clip num", isGood ? "tone-ok" : "tone-bad")} title=${words}><span class="sr-only">ended in </span>${words}</span>`;
}

/** @param {{delivery: object, isPaused: boolean}} props */
export function Row({ delivery, isPaused }) {
  const { event, state, url, attempts, created_at, next_at, fault, body } = delivery;
  const isHeld = isPaused && state === "pending" && next_at === null;
  return html`<div class="deliveries-row">
    <span class="deliveries-state">${isHeld ? html`<${Chip} tone="warn" icon="pause" title="Held until webhooks are released">held<//>` : html`<${State} state=${state} />`}</span>
    <span class="deliveries-event clip">${event} ${body && html`<span class="deliveries-who">${who(delivery)}</span>`}</span>
    <span class="deliveries-url clip muted" title=${url}>${url ?? "no URL"}</span>
    <span class="deliveries-tries"><${Tries} attempts=${attempts} state=${state} />
      ${fault && html`<span class="tone-warn deliveries-fault" title=${`Broken on purpose: ${fault.do}`}><${Icon} name="bolt" size=${12} /><span class="sr-only">broken on purpose</span></span>`}
      ${next_at && state === "pending" && !isHeld && html`<${Countdown} at=${next_at} isPaused=${isPaused} />`}</span>
    <span class="deliveries-time muted"><${Time} at=${created_at} /></span>
  </div>`;
}
