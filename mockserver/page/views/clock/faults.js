/** What is broken on purpose: how often each hit, common ones at a click, and a form for all others. */

import { html, useState } from "../../vendor/preact.js";
import { del, post } from "../../lib/api.js";
import * as format from "../../lib/format.js";
import { useQuery } from "../../lib/live.js";
import { href } from "../../lib/router.js";
import { Button, Chip, classes, ErrorBox, IconButton, Loading, toast } from "../../lib/ui.js";
import { FaultForm } from "./fault_form.js";
import { choiceWords, asksOf, detailsOf, kindWords, PRESETS, useKinds, written } from "./kinds.js";

export function Faults({ account }) {
  const { data, error, reload } = useQuery("/faults", { refreshOn: ["faults", "entry"] });
  const { schema, error: unknown } = useKinds();
  const [isWriting, setWriting] = useState(false);
  if (error && !data) return html`<${ErrorBox} error=${error} onRetry=${reload} />`;
  if (!data) return html`<${Loading} />`;

  const { faults } = data;
  const add = async (fault) => {
    await post("/faults", fault);
    toast("Broken on purpose from now on", { kind: "ok" });
    reload();
  };
  const mend = async () => {
    await del("/faults");
    toast("All mended", { kind: "ok" });
    reload();
  };
  const remove = async (id) => {
    await del(`/faults/${encodeURIComponent(id)}`);
    reload();
  };
  const active = faults.filter((each) => !each.spent).length;
  return html`<section class="card" aria-labelledby="faults-title">
    <header class="card-head"><h2 id="faults-title">Broken on purpose</h2>
      ${active > 0 && html`<${Chip} tone="warn">${format.number(active)} active<//>`}
      <div class="view-actions">
        ${faults.length > 0 && html`<${Button} small onClick=${mend}>Mend all<//>`}
        <${Button} small kind="primary" icon=${isWriting ? "close" : "plus"} aria-expanded=${String(isWriting)} disabled=${!schema}
          onClick=${() => setWriting(!isWriting)}>${isWriting ? "Close the form" : "Break something"}<//>
      </div>
    </header>
    <${Presets} onAdd=${add} />
    ${unknown && html`<${ErrorBox} error=${unknown} />`}
    ${isWriting && schema && html`<${FaultForm} schema=${schema} account=${account} onAdded=${() => {
      setWriting(false);
      toast("Broken on purpose from now on", { kind: "ok" });
      reload();
    }} />`}
    ${faults.length === 0
      ? !isWriting && html`<p class="faults-none">Nothing is broken. The list shows what hits requests and webhooks, and how often each did; <a href=${href("journal", { q: "has:fault" })}>has:fault</a> finds them in the journal.</p>`
      : html`<ul class="faults-list" aria-label="Faults, in the order they are tried">
        ${faults.map((each) => html`<${Fault} key=${each.id} fault=${each} onAgain=${() => add(written(each))} onRemove=${() => remove(each.id)} />`)}
      </ul>`}
  </section>`;
}

function Presets({ onAdd }) {
  const of = (on) => PRESETS.filter((each) => each.on === on);
  return html`<div class="faults-presets">
    ${[["answers", "Answers to your requests"], ["webhooks", "Webhooks you receive"]].map(([on, words]) => html`
      <span class="muted small" id=${`presets-${on}`}>${words}</span>
      <div class="row wrap" role="group" aria-labelledby=${`presets-${on}`}>
        ${of(on).map((each) => html`<${Button} key=${each.label} small onClick=${() => onAdd(each.fault)}>${each.label}<//>`)}
      </div>`)}
  </div>`;
}

function Fault({ fault, onAgain, onRemove }) {
  const conditions = asksOf(fault);
  const name = `${fault.on}: ${kindWords(fault.do)} (${fault.id})`;
  return html`<li class=${classes("fault", fault.spent && "is-spent")}>
    <div class="fault-what">
      <${Chip}>${fault.on}<//>
      <strong>${kindWords(fault.do)}</strong>
      ${detailsOf(fault).map(([member, words]) => html`<span class="breaks"><span class="muted">${member}</span> ${words}</span>`)}
      <span class="muted">·</span>
      <span class="breaks">${choiceWords(fault)}${conditions.length > 0 && " with "}${conditions.map(([field, words], at) =>
        html`${at > 0 && ", "}<span class="muted">${field}</span> ${words}`)}</span>
      <code class="muted small">${fault.id}</code>
    </div>
    <div class="fault-hits num">
      ${fault.spent ? html`<${Chip}>spent<//>` : html`<${Chip} tone="warn">active<//>`}
      <span title=${`${fault.seen} fitted it, ${fault.hits} were hit`}> hit <strong>${format.number(fault.hits)}</strong> <span class="muted">of ${format.number(fault.seen)} that fitted</span></span>
    </div>
    <div class="fault-actions">
      <${Button} small kind="quiet" icon="redo" title="Add it once more, counted from nothing" aria-label=${`Again: ${name}`} onClick=${onAgain}>Again<//>
      <${IconButton} small icon="close" label=${`Mend ${name}`} onClick=${onRemove} />
    </div>
  </li>`;
}
