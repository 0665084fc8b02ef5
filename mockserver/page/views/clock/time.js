/** What time the account has it, ticking, and when something is due there next. */

import { html, useMemo } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { Chip, Copy, useTicking } from "../../lib/ui.js";

const TICK_MS = 200;

/** How many seconds of the account pass in one of ours. */
export const rateOf = (mode) => (mode === "manual" ? 0 : mode === "real" ? 1 : Number.parseFloat(mode));

/** Words for a mode: {word, tone}. */
export function modeWords(mode) {
  if (mode === "real") return { word: "Real", tone: "" };
  if (mode === "manual") return { word: "Stands still", tone: "warn" };
  return { word: `${mode.replace(/x$/, "")} times as fast`, tone: "warn" };
}

/** A moment in UTC as the API writes it, without milliseconds. */
export const utc = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const clockTime = (ms) => new Date(ms).toLocaleTimeString("en-GB");
const wholeDay = (ms) =>
  new Date(ms).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const zone = (ms) => {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(new Date(ms));
  return parts.find((each) => each.type === "timeZoneName")?.value ?? "";
};

/** @param {{clock: {mode: string, at: string, own: boolean, next_at: string|null}}} props  as GET /_mock/clock has it */
export function AccountTime({ clock }) {
  const { word, tone } = modeWords(clock.mode);
  return html`<div class="clock-part">
    <${Ticking} clock=${clock} />
    <div class="row wrap">
      <${Chip} tone=${tone}>${word}<//>
      <${Chip} title=${clock.own ? "This account is moved alone" : "Shared by all accounts that have none of their own"}>${
        clock.own ? "Clock of its own" : "The server's clock"}<//>
    </div>
  </div>`;
}

function Ticking({ clock }) {
  const seenAt = useMemo(() => performance.now(), [clock]);
  useTicking(TICK_MS);
  const now = Date.parse(clock.at) + rateOf(clock.mode) * (performance.now() - seenAt);
  return html`<div>
    <div class="clock-now" role="timer" aria-label="Time of the account"><time datetime=${utc(now)}>${clockTime(now)}</time></div>
    <div>${wholeDay(now)} <span class="muted">${zone(now)}</span></div>
    <div class="row muted small clock-utc"><span class="num">${utc(now)}</span><${Copy} text=${() => utc(now)} label="Copy the time" /></div>
    <div class="clock-next">${nextDue(clock, now)}</div>
  </div>`;
}

function nextDue(clock, now) {
  if (!clock.next_at) return html`<span class="muted">Nothing is due.</span>`;
  const left = Date.parse(clock.next_at) - now;
  const words = left <= 0 ? "now" : `in ${format.duration(left)}`;
  return html`Next due <strong class="num">${words}</strong> <span class="muted num">at ${utc(Date.parse(clock.next_at))}</span>`;
}
