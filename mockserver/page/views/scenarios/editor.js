/** A text with numbered lines, some of them marked. */

import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { classes } from "../../lib/ui.js";
import { wordEnd } from "./mistakes.js";

const LINE_PX = 20; // as .editor in scenarios.css has it
const PAD_PX = 8;
const LEAST_LINES = 14;

/**
 * @param {object} props
 * @param {number[]} props.marks  numbers of lines, from 1
 * @param {{current: any}} props.handle  is given {select({line, column})}
 */
export function Editor({ text, onWrite, onFile, marks, handle, name }) {
  const area = useRef(null);
  const [scroll, setScroll] = useState(0);
  const [isOver, setOver] = useState(false);
  const lines = text.split("\n");
  useEffect(() => {
    handle.current = { select: (place) => select(area.current, place) };
  }, []);
  useEffect(() => {
    if (marks.length) area.current.scrollTop = Math.max(0, (marks[0] - 4) * LINE_PX);
  }, [marks.join()]);
  const drop = (event) => {
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    onFile(file);
  };
  const height = `${Math.min(Math.max(lines.length + 1, LEAST_LINES), 28) * LINE_PX + 2 * PAD_PX}px`;
  return html`<div class=${classes("editor", isOver && "is-over")} style=${{ height }}>
    <div class="editor-lines" aria-hidden="true"><div style=${{ transform: `translateY(${-scroll}px)` }}>
      ${lines.map((_, at) => html`<div class=${classes("editor-number", marks.includes(at + 1) && "is-bad")}>${at + 1}</div>`)}</div></div>
    <div class="editor-main">
      <div class="editor-bands" aria-hidden="true">${marks.map((line) => html`<div key=${line} class="editor-band" style=${{ top: `${PAD_PX + (line - 1) * LINE_PX - scroll}px` }}></div>`)}</div>
      <textarea ref=${area} class="editor-text" aria-label=${`${name} of the scenario`} aria-invalid=${marks.length > 0 ? "true" : undefined} value=${text} wrap="off" spellcheck=${false}
        autocapitalize="off" autocomplete="off" onInput=${(event) => onWrite(event.target.value)} onScroll=${(event) => setScroll(event.target.scrollTop)}
        onDragOver=${(event) => {
          event.preventDefault();
          setOver(true);
        }} onDragLeave=${() => setOver(false)} onDrop=${drop}></textarea>
    </div>
  </div>`;
}

/** Select the word at a place, and scroll to it. */
function select(area, { line, column }) {
  const lines = area.value.split("\n");
  if (line > lines.length) return;
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  area.focus();
  area.setSelectionRange(start + column - 1, start + wordEnd(lines[line - 1], column));
  area.scrollTop = Math.max(0, (line - 4) * LINE_PX);
  area.scrollLeft = Math.max(0, (column - 20) * 7);
}
