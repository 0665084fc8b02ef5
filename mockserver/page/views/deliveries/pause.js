/** Holding an account's webhooks back, and letting them go. */

import { html } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import { count } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Button, toast } from "../../lib/ui.js";

/** @returns {{isPaused: boolean, held: number, set: (isPaused: boolean) => Promise<void>, isKnown: boolean}} */
export function usePause(list) {
  const { paused = false, held = 0 } = list.answer ?? {};
  const set = async (isPaused) => {
    await post(`/deliveries/${isPaused ? "pause" : "resume"}`);
    toast(isPaused ? "Webhooks are held back" : "Webhooks are released", { kind: "ok" });
    list.reload();
  };
  return { isPaused: paused, held, set, isKnown: list.answer !== null };
}

/** The button in the head of the view. */
export function PauseButton({ pause }) {
  if (!pause.isKnown) return null;
  return pause.isPaused
    ? html`<${Button} kind="primary" icon="play" onClick=${() => pause.set(false)}>Release<//>`
    : html`<${Button} icon="pause" title="Hold this account's webhooks back until they are released" onClick=${() => pause.set(true)}>Pause<//>`;
}

/** What is said while they are held: how many, and what that means. */
export function HeldSign({ pause }) {
  return html`<div role="status">
    ${pause.isPaused && html`<div class="deliveries-held"><${Icon} name="pause" />
      <span class="grow"><strong>${pause.held === 0 ? "Nothing is held yet" : `${count(pause.held, "webhook")} held`}</strong>
        <span class="muted"> · This account's webhooks are paused. Released, they are sent in their order.</span></span></div>`}
  </div>`;
}
