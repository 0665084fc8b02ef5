/** The mistakes in a text: each with its place, the line it is in, and how to mend it. */

import { html } from "../../vendor/preact.js";
import { Icon } from "../../lib/icons.js";
import * as format from "../../lib/format.js";
import { Linked } from "./parts.js";

/**
 * @typedef {{line: number|null, column: number|null, detail: string, fix: string|null, where: string|null}} Mistake
 * @returns {Mistake[]}
 */
export function mistakesOf(problem) {
  const listed = problem.errors ?? [{ where: problem.where ?? null, detail: problem.detail, fix: problem.fix ?? null }];
  return listed.map((each) => {
    const [, line, column] = each.where?.match(/:(\d+):(\d+)$/) ?? [];
    return { ...each, line: line ? Number(line) : null, column: column ? Number(column) : null };
  });
}

/** The lines that have mistakes. */
export const linesIn = (mistakes) => [...new Set(mistakes.map((each) => each.line).filter(Boolean))];

export function Mistakes({ error, mistakes, text, onPlace }) {
  const lines = text.split("\n");
  const title = error.problem.errors ? `${format.count(mistakes.length, "mistake")}; nothing was loaded` : "Nothing was loaded";
  return html`<section class="scenario-mistakes" role="alert" aria-label="Mistakes">
    <h3 class="row"><${Icon} name="alert" />${title}</h3>
    <ol>${mistakes.map((each) => html`<li>
      ${each.line !== null && html`<button type="button" class="mistake-place num" onClick=${() => onPlace(each)}>Line ${each.line}, column ${each.column}</button>`}
      <div class="breaks"><${Linked} text=${each.detail} /></div>
      ${each.line !== null && lines[each.line - 1] !== undefined && html`<${Line} text=${lines[each.line - 1]} column=${each.column} />`}
      ${each.fix && html`<div class="muted">${each.fix}</div>`}
    </li>`)}</ol>
  </section>`;
}

/** Where the word at a column ends. */
export function wordEnd(line, column) {
  const [word] = line.slice(column - 1).match(/^(?:"[^"]*"?|'[^']*'?|[^\s:,{}[\]]+)/) ?? [""];
  return column - 1 + Math.max(word.length, 1);
}

function Line({ text, column }) {
  const end = wordEnd(text, column);
  return html`<pre class="mistake-line"><code>${text.slice(0, column - 1)}<mark>${text.slice(column - 1, end) || " "}</mark>${text.slice(end)}</code></pre>`;
}
