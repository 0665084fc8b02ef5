/** Which requests or webhooks a fault is done to: conditions, all of which must hold. */

import { html } from "../../vendor/preact.js";
import { Button, classes, IconButton, Select } from "../../lib/ui.js";
import { TESTS, WITH_PATH } from "./fault_values.js";

export function When({ fields, conditions, error, onChange }) {
  const first = fields.includes("event") ? "event" : "channel";
  const add = () => onChange([...conditions, { field: first, path: "", test: "is", value: "" }]);
  const change = (at, changes) => onChange(conditions.map((each, place) => (place === at ? { ...each, ...changes } : each)));
  const remove = (at) => onChange(conditions.filter((_, place) => place !== at));
  return html`<fieldset><legend>What it is done to</legend>
    ${conditions.length === 0 && html`<p class="muted">All of them. A condition narrows it, such as <code>${first === "event" ? "event is delivered" : "channel is sms"}</code>.</p>`}
    ${conditions.map((each, at) => html`<${Condition} key=${at} number=${at + 1} fields=${fields} condition=${each}
      onChange=${(changes) => change(at, changes)} onRemove=${() => remove(at)} />`)}
    ${error && html`<div class="field-error" role="alert">${error}</div>`}
    <p><${Button} small icon="plus" onClick=${add}>Condition<//></p>
  </fieldset>`;
}

function Condition({ number, fields, condition, onChange, onRemove }) {
  const { field, path, test, value } = condition;
  const hasPath = field in WITH_PATH;
  const of = (what) => `${what} of condition ${number}`;
  const tests = field === "q" ? TESTS.slice(0, 1) : TESTS;
  return html`<div class=${classes("fault-when", hasPath && "has-path")}>
    <${Select} aria-label=${of("Field")} value=${field} options=${fields.filter((each) => each !== "state")}
      onChange=${(name) => onChange({ field: name, test: name === "q" ? "is" : test })} />
    ${hasPath && html`<input class="input" aria-label=${of("Path")} placeholder=${WITH_PATH[field]} value=${path} onInput=${(event) => onChange({ path: event.target.value })} />`}
    <${Select} aria-label=${of("Test")} value=${test} options=${tests} onChange=${(name) => onChange({ test: name })} />
    <input class="input" aria-label=${of("Value")} placeholder=${test === "one_of" ? "sms, mms" : test === "exists" ? "true" : ""} value=${value}
      onInput=${(event) => onChange({ value: event.target.value })} />
    <${IconButton} icon="close" label=${`Remove condition ${number}`} onClick=${onRemove} />
  </div>`;
}
