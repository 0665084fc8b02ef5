/** One of a few, side by side: native radio buttons drawn as one control. */

import { html, useState } from "../../vendor/preact.js";
import { classes } from "../../lib/ui.js";

let groups = 0;

/** @example html`<${Choice} label="On" options=${[{ value: "answers", label: "Answers" }]} value=${on} onChange=${setOn} />` */
export function Choice({ label, options, value, onChange }) {
  const [name] = useState(() => `choice-${++groups}`);
  return html`<fieldset class="choice"><legend class="sr-only">${label}</legend>
    ${options.map((each) => html`<label key=${each.value} class=${classes("choice-one", each.value === value && "is-chosen")}>
      <input type="radio" class="sr-only" name=${name} value=${each.value} checked=${each.value === value}
        onChange=${() => onChange(each.value)} />${each.label}</label>`)}
  </fieldset>`;
}
