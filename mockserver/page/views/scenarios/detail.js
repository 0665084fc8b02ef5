/** One scenario: how it stands, what can be done with it, and all it is made of. */

import { html, useState } from "../../vendor/preact.js";
import { del, get, post } from "../../lib/api.js";
import * as format from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { useQuery } from "../../lib/live.js";
import { go, href } from "../../lib/router.js";
import { Button, Chip, Dialog, ErrorBox, KeyValues, Loading, toast } from "../../lib/ui.js";
import { download, Outcome } from "./parts.js";
import { Remembered } from "./remembered.js";
import { Rules } from "./rules.js";
import { Checks, Steps } from "./steps.js";

const REFRESH = { refreshOn: ["scenarios", "entry"] };

export function Detail({ id, account }) {
  const path = `/scenarios/${encodeURIComponent(id)}`;
  const play = useQuery(path, REFRESH);
  const report = useQuery(`${path}/report`, REFRESH);
  const state = useQuery(`${path}/state`, REFRESH);
  if (play.error && (!play.data || play.error.status === 404)) return html`<${ErrorBox} error=${play.error} onRetry=${play.reload} />`;
  if (!play.data || !report.data || !state.data) return html`<${Loading} lines=${6} />`;
  const again = () => {
    for (const each of [play, report, state]) each.reload();
  };
  return html`<div class="scenario">
    <${Head} play=${play.data} path=${path} onDone=${again} />
    <${Verdict} play=${play.data} report=${report.data} />
    <${Facts} play=${play.data} report=${report.data} />
    <${Steps} play=${play.data} report=${report.data} />
    <${Checks} play=${play.data} report=${report.data} />
    <${Rules} play=${play.data} sends=${state.data.sends} />
    <${Remembered} play=${play.data} state=${state.data} path=${path} onDone=${again} />
    <${Transcript} lines=${report.data.transcript ?? []} />
  </div>`;
}

function Head({ play, path, onDone }) {
  const [isAsking, setAsking] = useState(false);
  const act = (verb, said) => async () => {
    await post(`${path}/${verb}`);
    toast(said, { kind: "ok" });
    onDone();
  };
  const remove = async () => {
    setAsking(false);
    go("scenarios"); // first: what is shown here is asked for again as soon as it is gone
    await del(path);
    toast(`${play.id} is removed`, { kind: "ok" });
  };
  const save = async () => download(`${play.id}.report.json`, await get(`${path}/report`));
  const isRunning = play.outcome === "running";
  const hasTimeline = play.steps > 0;
  return html`<header class="scenario-head">
    <div class="row wrap"><h2 class="breaks">${play.id}</h2><span role="status"><${Outcome} outcome=${play.outcome} /></span></div>
    ${play.about && html`<p class="muted">${play.about}</p>`}
    <div class="row wrap">
      ${isRunning && !hasTimeline && html`<${Button} kind="primary" icon="check" onClick=${act("finish", "Judged")}>Finish and judge<//>`}
      ${isRunning && html`<${Button} icon="stop" onClick=${act("stop", "Stopped")}>Stop<//>`}
      ${!hasTimeline && !isRunning && html`<${Button} kind="primary" icon="play" title="Its rules decide until it is finished or stopped" onClick=${act("start", "Started")}>Start<//>`}
      ${hasTimeline && html`<${Button} kind=${isRunning ? "plain" : "primary"} icon=${isRunning ? "redo" : "play"} onClick=${act("run", "Running")}>${isRunning ? "Begin anew" : play.outcome === "loaded" ? "Run" : "Run again"}<//>`}
      ${!hasTimeline && !isRunning && play.checks > 0 && html`<${Button} title="Begin it and judge it at once" onClick=${act("run", "Judged at once")}>Run<//>`}
      <${Button} kind="quiet" icon="file" href=${href("scenarios", { load: play.id })}>Replace the text<//>
      <${Button} kind="quiet" icon="down" disabled=${play.outcome === "loaded"} onClick=${save}>Report as JSON<//>
      <${Button} kind="quiet" icon="trash" onClick=${() => setAsking(true)}>Remove<//>
    </div>
    ${isAsking && html`<${Dialog} title=${`Remove ${play.id}?`} onClose=${() => setAsking(false)} actions=${html`
      <${Button} onClick=${() => setAsking(false)}>Keep it<//><${Button} kind="danger" icon="trash" onClick=${remove}>Remove<//>`}>
      <p>${isRunning ? "It is stopped, and its text and report are forgotten." : "Its text and report are forgotten."} The messages and the journal stay.</p><//>`}
  </header>`;
}

/** Why it came out as it did, in the first place one looks at. */
function Verdict({ play, report }) {
  const step = (report.steps ?? []).find((each) => !each.ok && !each.skipped);
  const checks = (report.checks ?? []).filter((each) => !each.ok);
  return html`
    ${play.broken.length > 0 && html`<div class="scenario-note is-bad"><${Icon} name="alert" /><div><strong>A newer text was not taken.</strong>
      <ul>${play.broken.map((each) => html`<li class="breaks">${each}</li>`)}</ul></div></div>`}
    ${play.outcome === "failed" && html`<div class="scenario-note is-bad"><${Icon} name="close" /><div class="stack">
      ${step && html`<div><strong>Step ${step.index + 1}${step.name !== step.verb ? `, ${step.name},` : ""} failed.</strong> <span class="breaks">${step.detail}</span></div>`}
      ${checks.map((each) => html`<div><strong>Check ${each.index + 1}, ${each.name}, failed.</strong> <span class="breaks">${each.detail}</span></div>`)}
      ${report.why && html`<div class="breaks">${report.why}</div>`}
    </div></div>`}
    ${play.outcome === "stopped" && report.why && html`<div class="scenario-note"><${Icon} name="stop" /><div>Stopped: ${report.why}.</div></div>`}`;
}

function Facts({ play, report }) {
  const [first, last] = report.entries ?? [0, 0];
  const entry = (number) => html`<a class="num" href=${href(["journal", String(number)])}>${number}</a>`;
  const entries = first > 0 && html`${entry(first)} to ${last > 0 ? entry(last) : "now"}`;
  return html`<div class="scenario-facts"><${KeyValues} rows=${[
    ["Journal entries", entries],
    ["Clock", play.clock === "manual" ? "manual: moved by its steps" : play.clock],
    ["Seed", html`<span class="num">${String(play.seed)}</span>`],
    ["File", play.source],
    ["Took", report.took_s > 0 && `${format.duration(report.took_s * 1000)} of real time`],
  ]} /></div>`;
}

function Transcript({ lines }) {
  if (lines.length === 0) return null;
  return html`<details class="card scenario-transcript"><summary class="card-head"><h3>Transcript</h3> <${Chip}>${format.count(lines.length, "line")}<//>
    <span class="muted">the same in each run of the same seed</span></summary>
    <pre class="code-text is-wrapped" tabindex="0" role="region" aria-label="Transcript">${lines.join("\n")}</pre></details>`;
}
