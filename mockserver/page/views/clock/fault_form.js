/** The form that breaks something, made from the schema of a fault. */

import { html, useState } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import { Button, Code, Copy, Field, quoted, Select } from "../../lib/ui.js";
import { Choice } from "./choice.js";
import { bodyOf, CHOICES, valuesOf } from "./fault_values.js";
import { kindWords, memberOf } from "./kinds.js";
import { When } from "./when.js";
import { wordsOf } from "./set.js";

const SIDES = [{ value: "answers", label: "Answers" }, { value: "webhooks", label: "Webhooks" }];

const BLANK = { on: "answers", do: "status", values: {}, when: [], choice: "always", share: "" };
let draft = BLANK; // what is filled in and breaks nothing yet; it is still there when one comes back

/** @param {{schema: import("./kinds.js").Schema}} props */
export function FaultForm({ schema, account, onAdded }) {
  const [form, setForm] = useState(draft);
  const [error, setError] = useState(null);
  const set = (changes) => {
    draft = { ...form, ...changes };
    setForm(draft);
    setError(null);
  };
  const kinds = schema.kinds.filter((each) => each.on === form.on);
  const kind = kinds.find((each) => each.do === form.do);
  const fault = bodyOf(form, kind);
  const wrong = error && (memberOf(error.problem, schema.members) ?? "");
  const known = ["do", "when", ...schema.selectors, ...kind.takes];
  const said = (name) => (wrong === name ? wordsOf(error) : null);

  const add = async () => {
    setError(null);
    try {
      await post("/faults", fault);
      draft = BLANK;
      onAdded();
    } catch (refused) {
      if (!refused.status) throw refused;
      setError(refused);
    }
  };
  return html`<form class="fault-form" aria-label="Break something" onSubmit=${(event) => event.preventDefault()}>
    <fieldset><legend>What is broken</legend>
      <div class="fault-fields">
        <div class="is-wide"><${Choice} label="On" options=${SIDES} value=${form.on}
          onChange=${(on) => set({ on, do: schema.kinds.find((each) => each.on === on).do, when: [] })} /></div>
        <div class="is-wide fault-do"><${Field} label="Do" hint=${kind.about} error=${said("do")}>${(props) => html`
          <${Select} value=${form.do} options=${kinds.map((each) => ({ value: each.do, label: kindWords(each.do) }))}
            onChange=${(name) => set({ do: name })} ...${props} />`}<//></div>
        ${kind.takes.map((name) => html`<${Member} key=${name} name=${name} schema=${schema.members[name]} kind=${kind}
          value=${form.values[name] ?? ""} error=${said(name)} onChange=${(value) => set({ values: { ...form.values, [name]: value } })} />`)}
      </div>
    </fieldset>
    <${When} fields=${schema.when[form.on]} conditions=${form.when} error=${said("when")} onChange=${(when) => set({ when })} />
    <fieldset><legend>How often</legend>
      <div class="fault-fields">
        <${Field} label="Which of them" error=${form.choice === "always" ? said(schema.selectors.find((each) => each === wrong) ?? "-") : null}>${(props) => html`
          <${Select} value=${form.choice} options=${["always", ...schema.selectors].map((value) => ({ value, label: CHOICES[value] ?? value }))}
            onChange=${(choice) => set({ choice })} ...${props} />`}<//>
        ${form.choice !== "always" && html`<${Field} label=${form.choice} hint=${schema.members[form.choice].description} error=${said(form.choice)}>${(props) => html`
          <input class="input" inputmode="decimal" value=${form.share} onInput=${(event) => set({ share: event.target.value })} ...${props} />`}<//>`}
      </div>
    </fieldset>
    ${error && !known.includes(wrong) && html`<div class="field-error" role="alert">${wordsOf(error)}</div>`}
    <${Code} text=${JSON.stringify(fault)} label="what is sent" wrap />
    <div class="form-actions">
      <${Button} kind="primary" type="submit" onClick=${add}>Break it<//>
      <${Copy} text=${() => curl(fault, account)} small=${false}>Copy as curl<//>
    </div>
  </form>`;
}

const curl = (fault, account) =>
  `curl ${quoted(`${location.origin}/_mock/faults${account === null ? "" : `?account=${encodeURIComponent(account)}`}`)} -d ${quoted(JSON.stringify(fault))}`;

/** One member of a fault. What it takes is said by its schema. */
function Member({ name, schema, kind, value, error, onChange }) {
  const needed = kind.needs.includes(name) ? (kind.needs.length > 1 ? " (this or that)" : " (needed)") : "";
  const label = `${name.replaceAll("_", " ")}${needed}`;
  const input = (event) => onChange(event.target.value);
  return html`<div class=${["body", "headers"].includes(name) ? "is-half" : ""}><${Field} label=${label} hint=${schema.description} error=${error}>${(props) => {
    if (schema.type === "boolean") {
      const options = [{ value: "", label: "As usual" }, { value: "true", label: "Accepted" }, { value: "false", label: "Not accepted" }];
      return html`<${Select} value=${value} options=${options} onChange=${onChange} ...${props} />`;
    }
    if (["body", "headers"].includes(name)) {
      const example = name === "body" ? '{"title": "Down"}' : "X-Request-Id: 1";
      return html`<textarea class="input is-code" rows="2" value=${value} placeholder=${example} onInput=${input} ...${props}></textarea>`;
    }
    return html`<input class="input" value=${value} placeholder=${valuesOf(name)[0]} list=${valuesOf(name).length > 1 ? `list-${name}` : undefined}
      autocomplete="off" onInput=${input} ...${props} />
      ${valuesOf(name).length > 1 && html`<datalist id=${`list-${name}`}>${valuesOf(name).map((each) => html`<option value=${each}></option>`)}</datalist>`}`;
  }}<//></div>`;
}
