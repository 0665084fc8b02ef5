/** What the rules say of a body. */

import { html } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Button, Chip, classes, HttpStatus } from "../../lib/ui.js";
import { Findings, Nearest, Violations } from "../journal/rules.js";

function Summary({ judged }) {
  const { valid, problem, channel, kind } = judged;
  return html`<div class=${classes("explain-summary", valid ? "is-ok" : "is-bad")} role="status">
    <${Icon} name=${valid ? "check" : "alert"} size=${18} />
    <div class="grow"><strong>${valid ? "This body is valid" : `Refused: ${problem?.title ?? "it breaks the contract"}`}</strong>
      <div class="small">Judged as ${judged.judged_as}${channel && `: ${format.channel(channel)} ${kind ?? ""}`}</div></div>
    ${problem && html`<${HttpStatus} status=${problem.status} />`}
  </div>`;
}

/** @param {{judged: object, text: string, onUse: (body: object) => void, onPick: (name: string) => void}} props */
export function Verdict({ judged, text, onUse, onPick }) {
  const { violations, findings, nearest, problem } = judged;
  return html`<div class="explain-verdict">
    <${Summary} judged=${judged} />
    ${violations.length > 0 && html`<section class="journal-section"><h2>${format.count(violations.length, "broken rule")}</h2>
      <${Violations} violations=${violations} onPick=${onPick} /></section>`}
    ${findings.length > 0 && html`<section class="journal-section"><h2>${format.count(findings.length, "finding")} <${Chip}>let pass<//></h2>
      <${Findings} findings=${findings} onPick=${onPick} /></section>`}
    ${nearest && html`<section class="journal-section"><div class="row wrap"><h2 class="grow">Nearest valid form</h2>
        <${Button} kind="primary" small icon="check" onClick=${() => onUse(nearest)}>Use the nearest valid form<//></div>
      <${Nearest} nearest=${nearest} body=${text} /></section>`}
    ${problem && html`<p class="muted small breaks">The answer would be ${problem.status}, <code>${problem.type}</code>: ${problem.detail}</p>`}
  </div>`;
}
