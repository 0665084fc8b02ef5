/** How long until something, by the account's clock. */

import { html } from "../../vendor/preact.js";
import { duration, now } from "../../lib/format.js";
import { useTicking } from "../../lib/ui.js";

/** "4 min 12 s", or "now" once its time has come. */
export function left(at) {
  const seconds = Math.ceil((Date.parse(at) - now()) / 1000);
  return seconds <= 0 ? "now" : duration(seconds * 1000).replace(/^(\d+)\.0? s$/, "$1 s");
}

/** Time to the next try, counted down each second. Where webhooks are paused, its time comes without a try. */
export function Countdown({ at, isPaused }) {
  useTicking(1000);
  const rest = left(at);
  return html`<time class="deliveries-next num nowrap" datetime=${at} title=${`Next try at ${at}`}>${
    rest !== "now" ? `next try in ${rest}` : isPaused ? "held" : "next try now"}</time>`;
}
