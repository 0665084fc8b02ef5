/** What a scenario remembers: names with their values, and machines with the state of each of their keys. */

import { html } from "../../vendor/preact.js";
import { put } from "../../lib/api.js";
import { Chip, Select, toast } from "../../lib/ui.js";
import { Linked } from "./parts.js";

export function Remembered({ play, state, path, onDone }) {
  const names = Object.entries(state.names);
  const machines = Object.entries(play.machines);
  if (names.length === 0 && machines.length === 0) return null;
  const isRunning = play.outcome === "running";
  const move = async (machine, key, wanted) => {
    try {
      await put(`${path}/state`, { machines: { [machine]: { [key]: wanted } } });
      toast(`${machine} of ${key} is ${wanted}`, { kind: "ok" });
    } catch (error) {
      toast(error.message, { kind: "bad", hint: error.problem?.fix });
    }
    onDone();
  };
  return html`<section class="card" aria-labelledby="remembered-title">
    <header class="card-head"><h3 id="remembered-title">Remembered</h3></header>
    <div class="scenario-table" tabindex="0" role="region" aria-label="What is remembered"><table class="table">
      <thead><tr><th scope="col">What</th><th scope="col">Of</th><th scope="col">Is</th></tr></thead>
      <tbody>
        ${machines.map(([machine, { states, initial }]) => {
          const keys = Object.entries(state.machines[machine] ?? {});
          if (keys.length === 0) return html`<tr><th scope="row">${machine}</th><td class="muted">everybody</td><td><${Chip}>${initial}<//></td></tr>`;
          return keys.map(([key, now]) => html`<tr key=${`${machine} ${key}`}><th scope="row">${machine}</th><td class="breaks">${key}</td>
            <td>${isRunning ? html`<${Select} aria-label=${`State of ${machine} for ${key}`} value=${now} options=${states} onChange=${(wanted) => move(machine, key, wanted)} />`
              : html`<${Chip} tone="info">${now}<//>`}</td></tr>`);
        })}
        ${names.map(([name, value]) => html`<tr key=${name}><th scope="row"><code>${name}</code></th><td class="muted">captured</td>
          <td class="breaks"><${Linked} text=${typeof value === "string" ? value : JSON.stringify(value)} /></td></tr>`)}
      </tbody>
    </table></div>
  </section>`;
}
