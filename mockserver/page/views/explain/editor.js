/** A box for JSON: numbered lines, with marks behind the text where something is wrong. */

import { html, useMemo } from "../../vendor/preact.js";
import { classes } from "../../lib/ui.js";
import { brokenAt, lineOf, linesOf } from "../journal/places.js";

const MIN_LINES = 14;

/** Which lines are marked: a map of line to tone. A broken rule outdoes a finding. */
export function markedLines(text, judged) {
  const lines = linesOf(text);
  const marks = new Map();
  if (!judged) return marks;
  for (const { name } of judged.findings) marks.set(lineOf(lines, name), "warn");
  for (const { name, reason, rule } of judged.violations) {
    const broken = rule === "json" ? brokenAt(reason) : null;
    marks.set(broken ? broken.line : lineOf(lines, name), "bad");
  }
  return marks;
}

/**
 * @param {{text: string, onInput: (text: string) => void, judged: object|null, box: {current: HTMLTextAreaElement|null}}} props
 *   `judged` is the answer of /explain to this very text, or null
 */
export function Editor({ text, onInput, judged, box }) {
  const marks = useMemo(() => markedLines(text, judged), [text, judged]);
  const count = text.split("\n").length;
  const shown = Math.max(MIN_LINES, count);
  const numbers = Array.from({ length: shown }, (_, line) => line);
  return html`<div class="explain-editor">
    <div class="explain-lines" aria-hidden="true">${numbers.map((line) => html`<div key=${line}
      class=${classes("explain-line", line >= count && "is-beyond", marks.has(line) && `is-${marks.get(line)}`)}><span class="explain-number num">${line + 1}</span></div>`)}</div>
    <textarea ref=${box} class="explain-text" aria-label="Body to judge, as JSON" wrap="off" rows=${shown} spellcheck=${false} autocomplete="off" autocapitalize="off"
      value=${text} onInput=${(event) => onInput(event.target.value)} placeholder=${'{"channel": "sms", …'} />
  </div>`;
}

/** Select the line of a field in the box, and bring it in sight. */
export function goTo(box, name, reason) {
  const text = box.value;
  const broken = brokenAt(reason);
  const line = broken ? broken.line : lineOf(linesOf(text), name);
  const lines = text.split("\n");
  const start = lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
  const indent = lines[line].length - lines[line].trimStart().length;
  box.focus();
  box.setSelectionRange(start + indent, start + lines[line].length);
  box.closest(".explain-editor").querySelectorAll(".explain-line")[line]?.scrollIntoView({ block: "nearest" });
}
