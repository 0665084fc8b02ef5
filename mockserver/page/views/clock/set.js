/** The form that gives the account a clock of its own. */

import { html, useEffect, useState } from "../../vendor/preact.js";
import { post, put } from "../../lib/api.js";
import { Button, Field, toast } from "../../lib/ui.js";
import { Choice } from "./choice.js";
import { modeWords } from "./time.js";

const MODES = [
  { value: "real", label: "Real" },
  { value: "manual", label: "Stands still" },
  { value: "fast", label: "Faster" },
];
const kindOf = (mode) => (["real", "manual"].includes(mode) ? mode : "fast");

export function SetClock({ clock, onSet }) {
  const [kind, setKind] = useState(kindOf(clock.mode));
  const [rate, setRate] = useState(kindOf(clock.mode) === "fast" ? clock.mode.replace(/x$/, "") : "60");
  const [at, setAt] = useState("");
  const [error, setError] = useState(null);
  useEffect(() => setKind(kindOf(clock.mode)), [clock.mode]);

  const mode = kind === "fast" ? `${rate.trim()}x` : kind;
  const said = (place) => (error && (error.problem.where ?? "mode") === place ? wordsOf(error) : null);
  const set = async () => {
    setError(null);
    try {
      const now = await put("/clock", { mode, at: at.trim() || undefined });
      setAt("");
      onSet(now);
      toast(`The clock: ${modeWords(now.mode).word.toLowerCase()}`, { kind: "ok" });
    } catch (refused) {
      if (!refused.status) throw refused;
      setError(refused);
    }
  };
  const back = async () => {
    await post("/reset", undefined, { params: { what: "clock" } });
    setError(null);
    toast("Back to the server's clock", { kind: "ok" });
  };
  return html`<form class="clock-part" aria-label="Set the clock" onSubmit=${(event) => event.preventDefault()}>
    <h3>Set</h3>
    <${Choice} label="How time runs" options=${MODES} value=${kind} onChange=${setKind} />
    ${kind !== "fast" && said("mode") && html`<div class="field-error" role="alert">${said("mode")}</div>`}
    ${kind === "fast" && html`<${Field} label="Times as fast" error=${said("mode")}>${(props) => html`
      <input class="input clock-rate" inputmode="numeric" value=${rate} onInput=${(event) => setRate(event.target.value)} ...${props} />`}<//>`}
    <${Field} label="At (optional)" hint="UTC where it names no zone. Empty: time goes on from where it is." error=${said("at")}>${(props) => html`
      <input class="input" value=${at} placeholder="2026-03-29T00:59:30Z" autocomplete="off" spellcheck=${false}
        onInput=${(event) => setAt(event.target.value)} ...${props} />`}<//>
    <div class="form-actions">
      <${Button} kind="primary" type="submit" onClick=${set}>Set the clock<//>
      ${clock.own && html`<${Button} kind="quiet" onClick=${back}>Back to the server's clock<//>`}
    </div>
  </form>`;
}

/** What the API says is wrong, and how to mend it. */
export const wordsOf = (error) => [error.message, error.problem.fix].filter(Boolean).join(". ").replace("..", ".");
