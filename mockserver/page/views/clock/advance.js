/** Moving a clock that stands still, and what happened on the way. */

import { html, useState } from "../../vendor/preact.js";
import { post, put } from "../../lib/api.js";
import * as format from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { Button, Chip, Field, toast } from "../../lib/ui.js";
import { wordsOf } from "./set.js";
import { utc } from "./time.js";

const CHIPS = ["1m", "10m", "1h", "24h"];
const SHOWN = 200;
const EXACT_S = 0.001; // the API tells when something is due in whole milliseconds, cut off

/** Seconds from now to what is due next, and not a hair less. */
const secondsTo = (clock) => Math.max(0, (Date.parse(clock.next_at) - Date.parse(clock.at)) / 1000) + EXACT_S;

export function Advance({ clock, account, onMoved, onStopped }) {
  const [by, setBy] = useState("");
  const [error, setError] = useState(null);
  const [moved, setMoved] = useState(null);
  const stands = clock.mode === "manual";

  const advance = async (amount) => {
    setError(null);
    try {
      setMoved(await post("/clock/advance", { by: amount }, { params: { limit: SHOWN } }));
      onMoved();
      return true;
    } catch (refused) {
      if (!refused.status) throw refused;
      setError(refused);
      return false;
    }
  };
  const submit = async () => {
    if (await advance(/^\d+(\.\d+)?$/.test(by.trim()) ? Number(by) : by.trim())) setBy("");
  };
  const stop = async () => {
    setError(null);
    onStopped(await put("/clock", { mode: "manual" }));
    toast("The clock stands still", { kind: "ok" });
  };
  return html`<form class="clock-part" aria-label="Advance the clock" onSubmit=${(event) => event.preventDefault()}>
    <h3>Advance</h3>
    ${!stands && html`<div class="row wrap"><span class="muted">Only a clock that stands still can be advanced.</span>
      <${Button} small icon="pause" onClick=${stop}>Stop it now<//></div>`}
    <div class="row wrap" role="group" aria-label="Advance by">
      ${CHIPS.map((each) => html`<${Button} key=${each} small disabled=${!stands} onClick=${() => advance(each)}>${each}<//>`)}
      <${Button} small icon="chevron" disabled=${!stands || !clock.next_at} onClick=${() => advance(secondsTo(clock))}>To the next thing due<//>
    </div>
    <${Field} label="By" hint=${scope(clock, account)} error=${error && wordsOf(error)}>${(props) => html`<div class="row">
      <input class="input grow" value=${by} placeholder="1h30m" disabled=${!stands} autocomplete="off" spellcheck=${false}
        onInput=${(event) => setBy(event.target.value)} ...${props} />
      <${Button} type="submit" disabled=${!stands || !by.trim()} onClick=${submit}>Advance<//></div>`}<//>
  </form>
  ${moved && html`<${Moved} moved=${moved} onClose=${() => setMoved(null)} />`}`;
}

const scope = (clock, account) =>
  clock.mode === "manual" && !clock.own && account === null ? "Moves the server's clock: every account that has none of its own." : null;

/** "4 statuses, 2 deliveries", from counts of entries by kind. */
function kinds(counts) {
  return Object.entries(counts).map(([kind, count]) => `${format.number(count)} ${kind.replaceAll("_", " ")}`).join(", ");
}

function Moved({ moved, onClose }) {
  const length = Date.parse(moved.to) - Date.parse(moved.from);
  return html`<section class="clock-moved" aria-labelledby="clock-moved-title">
    <header class="row wrap">
      <h3 id="clock-moved-title" class="num">${format.duration(length)} later: ${moved.total ? format.count(moved.total, "entry", "entries") : "no entries"}</h3>
      <span class="muted grow" role="status">${moved.total ? kinds(moved.counts) : "Nothing was due."}</span>
      <${Button} small kind="quiet" icon="close" onClick=${onClose}>Dismiss<//>
    </header>
    <p class="muted small num">${utc(Date.parse(moved.from))} to ${utc(Date.parse(moved.to))}</p>
    ${moved.entries.length > 0 && html`<div class="clock-entries" tabindex="0" role="region" aria-label="What happened"><ol>
      ${moved.entries.map((each) => html`<li key=${each.id}><${Happened} entry=${each} /></li>`)}
    </ol></div>`}
    ${moved.next !== null && html`<p><a href=${href("journal")}>The other ${format.number(moved.total - moved.entries.length)} stand in the journal</a></p>`}
  </section>`;
}

function Happened({ entry }) {
  return html`<time class="muted num nowrap" datetime=${entry.at} title=${entry.at}>${format.time(entry.at)}</time>
    <${Chip}>${entry.kind}<//>
    <a class="grow breaks" href=${href(["journal", String(entry.id)])}>${entry.about}</a>
    ${entry.message_uuid && html`<a class="small nowrap" href=${href(["messages", entry.message_uuid])}>message<span class="sr-only"> of entry ${entry.id}</span></a>`}`;
}
