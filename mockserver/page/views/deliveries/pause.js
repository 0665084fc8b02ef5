/** Holding an account's webhooks back, and letting them go. */

import { html } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import { number } from "../../lib/format.js";
import { Button, Chip, toast } from "../../lib/ui.js";

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

/** In the head of the view: the button, and how many are held while they are paused. The shell's banner says what that means. */
export function Pause({ pause }) {
  if (!pause.isKnown) return null;
  const { isPaused, held, set } = pause;
  return html`<span role="status" class="deliveries-held">${isPaused && html`<${Chip} tone="warn" icon="pause">${held === 0 ? "paused, none held yet" : `${number(held)} held`}<//>`}</span>
    ${isPaused ? html`<${Button} key="release" kind="primary" icon="play" title="Send what is held, in its order" onClick=${() => set(false)}>Release<//>`
      : html`<${Button} key="pause" icon="pause" title="Hold this account's webhooks back until they are released" onClick=${() => set(true)}>Pause<//>`}`;
}
