/** The steps of a scenario as they are taken, and its checks: what is still to come, what is under way, what came of it. */

import { html } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Chip, classes } from "../../lib/ui.js";
import { Differences, Linked, Nearest } from "./parts.js";

const STATES = {
  done: { icon: "check", tone: "ok", word: "passed" },
  failed: { icon: "close", tone: "bad", word: "failed" },
  skipped: { icon: "minus", tone: "", word: "skipped" },
  running: { icon: "play", tone: "info", word: "under way" },
  waiting: { icon: "clockface", tone: "", word: "to come" },
};

const stateOf = (result, isNow) => {
  if (!result) return isNow ? "running" : "waiting";
  return result.skipped ? "skipped" : result.ok ? "done" : "failed";
};

export function Steps({ play, report }) {
  if (play.timeline.length === 0) return null;
  const results = report.steps ?? [];
  const taken = results.filter((each) => !each.skipped).length;
  const skipped = results.length - taken;
  const isRunning = play.outcome === "running";
  return html`<section class="card" aria-labelledby="steps-title">
    <header class="card-head"><h3 id="steps-title">Steps</h3>
      <span class="muted num" role="status">${taken} of ${play.timeline.length}${skipped > 0 && `, ${skipped} skipped`}</span>
      <progress class="scenario-progress" max=${play.timeline.length} value=${taken} aria-label="Steps taken"></progress></header>
    <ol class="steps">${play.timeline.map((step, at) => html`<${Item} key=${at} number=${at + 1} step=${step} result=${results[at]}
      state=${stateOf(results[at], isRunning && at === results.length)} />`)}</ol>
  </section>`;
}

export function Checks({ play, report }) {
  if (play.verify.length === 0) return null;
  const results = report.checks ?? [];
  const passed = results.filter((each) => each.ok).length;
  const isNow = play.outcome === "running" && play.steps > 0 && (report.steps ?? []).length === play.steps;
  const wasSkipped = play.outcome === "failed" && results.length === 0;
  return html`<section class="card" aria-labelledby="checks-title">
    <header class="card-head"><h3 id="checks-title">Checks at the end</h3>
      <span class="muted num">${results.length > 0 ? `${passed} of ${results.length} passed` : wasSkipped ? "not judged, since a step failed" : `${play.verify.length}`}</span></header>
    <ol class="steps">${play.verify.map((check, at) => {
      const result = results.find((each) => each.index === at);
      return html`<${Item} key=${at} number=${at + 1} step=${{ verb: "verify", ...check, name: check.name || "verify" }} result=${result}
        state=${wasSkipped ? "skipped" : stateOf(result, isNow)} />`;
    })}</ol>
  </section>`;
}

function Item({ number, step, result, state }) {
  const { icon, tone, word } = STATES[state];
  const isNamed = step.name !== step.verb && !/^\w+ \d+$/.test(step.name);
  const hasResult = state === "done" || state === "failed";
  const differences = result?.near?.length > 0 ? beyond(result) : (result?.difference ?? []);
  return html`<li class=${classes("step", `is-${state}`)}>
    <span class=${classes("step-mark", tone && `tone-${tone}`)} title=${word}><${Icon} name=${icon} size=${14} /><span class="sr-only">${word}: </span></span>
    <span class="step-number muted num">${number}</span>
    <div class="step-body">
      <div class="step-line">
        <${Chip}>${step.verb}<//>
        <span class=${classes("grow", "step-text", !hasResult && "muted")}>${isNamed && html`<strong>${step.name}</strong>${" "}`}<${Linked} text=${hasResult ? result.detail : step.about} /></span>
      </div>
      ${hasResult && step.verb === "inbound" && html`<div class="muted small step-text">${step.about}</div>`}
      ${state === "failed" && (differences.length > 0 || result.near?.length > 0) && html`<div class="step-why">
        ${differences.length > 0 && html`<${Differences} lines=${differences} />`}
        ${result.near?.length > 0 && html`<${Nearest} near=${result.near} />`}
      </div>`}
    </div>
    <div class="step-when small muted num">
      ${hasResult && html`<span title="When it ended, by the account's clock since the scenario began">+${format.duration((result.at_s ?? 0) * 1000)}</span>`}
      ${(result?.place || step.place) && html`<span class="step-place" title=${result?.place || step.place}>${lineOf(result?.place || step.place)}</span>`}
    </div>
  </li>`;
}

/** The differences that are not told with what came nearest. */
const beyond = (result) => (result.difference ?? []).filter((each) => !(result.near[0].lines ?? []).includes(each));

/** "talk.yaml:10:5" is "line 10". */
const lineOf = (place) => place.replace(/^.*?:(\d+):\d+$/, "line $1");
