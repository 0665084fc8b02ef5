/** The tries of one webhook, oldest first, with how long each took and what came of it. */

import { html } from "../../vendor/preact.js";
import { duration } from "../../lib/format.js";
import { useQuery } from "../../lib/live.js";
import { href } from "../../lib/router.js";
import { Chip, classes, Time } from "../../lib/ui.js";
import { Countdown } from "./countdown.js";
import { outcome } from "./words.js";

function Took({ attempt, longest }) {
  const share = longest > 0 ? Math.max(2, (attempt.duration_ms / longest) * 100) : 2;
  return html`<span class="is-took"><span class="deliveries-track" aria-hidden="true"><span class=${classes("deliveries-fill", outcome(attempt).isGood ? "is-good" : "is-bad")}
    style=${{ width: `${share}%` }}></span></span><span class="num nowrap">${duration(attempt.duration_ms)}</span></span>`;
}

function Attempt({ attempt, before, longest }) {
  const { number, at, status, error, fault } = attempt;
  const { isGood } = outcome(attempt);
  const gap = before ? Date.parse(at) - Date.parse(before.at) : null;
  return html`<li class="deliveries-attempt">
    <span class="is-number num"><span class="sr-only">Try </span>${number}</span>
    <span class="is-at"><${Time} at=${at} as="precise" />${gap !== null && html` <span class="deliveries-wait num">+ ${duration(gap)}</span>`}</span>
    <${Took} attempt=${attempt} longest=${longest} />
    <span class="is-end">${status === null ? html`<${Chip} tone="bad" icon="close">no answer<//>`
      : html`<${Chip} tone=${isGood ? "ok" : "bad"} icon=${isGood ? "check" : "close"}><span class="num">${status}</span><//>`}
      ${error && html`<span class="tone-bad">${error}</span>`}
      ${fault && html`<${Chip} tone="warn" icon="bolt" title="Broken on purpose">${fault.replaceAll("_", " ")}<//>`}</span>
  </li>`;
}

/** When the next try comes, and that it does not by itself where the account's time stands still. */
function Next({ delivery, isPaused }) {
  const { data: clock } = useQuery("/clock", { refreshOn: ["clock"] });
  const { state, next_at } = delivery;
  if (state !== "pending") return null;
  const isStill = clock?.mode === "manual";
  return html`<li class="deliveries-attempt is-next"><span class="is-number" aria-hidden="true">·</span>
    <span class="is-end">${isPaused && next_at === null ? "Held: sent once webhooks are released"
      : next_at === null ? "In line, or with the receiver now"
      : html`<${Countdown} at=${next_at} isPaused=${isPaused} /><span>at <${Time} at=${next_at} /></span>${isStill && html`<span>Time stands still: <a href=${href("clock")}>advance the clock</a>, or try now.</span>`}`}</span>
  </li>`;
}

/** @param {{delivery: object, isPaused: boolean}} props */
export function Attempts({ delivery, isPaused }) {
  const { attempts, state } = delivery;
  const longest = Math.max(0, ...attempts.map((each) => each.duration_ms));
  if (attempts.length === 0 && state !== "pending") return html`<p class="muted">It was never tried.</p>`;
  return html`<div class="deliveries-attempts-box"><ol class="deliveries-attempts" aria-label="Tries">
    ${attempts.map((each, at) => html`<${Attempt} key=${each.number} attempt=${each} before=${attempts[at - 1]} longest=${longest} />`)}
    <${Next} delivery=${delivery} isPaused=${isPaused} />
  </ol></div>`;
}
