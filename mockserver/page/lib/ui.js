/** Small parts that all views are made of. What they look like stands in style.css. */

import { Component, html, useEffect, useRef, useState } from "../vendor/preact.js";
import * as format from "./format.js";
import { Icon } from "./icons.js";

/** Class names, without those that are false. @example classes("row", isBad && "is-bad") */
export const classes = (...names) => names.filter(Boolean).join(" ");

/**
 * A button. `kind`: "plain" (bordered), "primary", "danger", "quiet" (no border). `href` makes it a link.
 * Other attributes are passed on. While `onClick` returns a promise it is disabled; what that throws is shown as a toast.
 * @example html`<${Button} icon="redo" onClick=${() => post(`/deliveries/${id}/redeliver`)}>Redeliver<//>`
 */
export function Button({ kind = "plain", icon, href, small, onClick, disabled, children, class: more, ...rest }) {
  const [isBusy, setBusy] = useState(false);
  const name = classes("button", `button-${kind}`, small && "is-small", more);
  const inner = html`${icon && html`<${Icon} name=${icon} />`}${children}`;
  if (href) return html`<a class=${name} href=${href} onClick=${onClick} ...${rest}>${inner}</a>`;
  const click = onClick && (async (event) => {
    const doing = onClick(event);
    if (!(doing instanceof Promise)) return;
    setBusy(true);
    try {
      await doing;
    } catch (error) {
      toast(error.message, { kind: "bad", hint: error.problem?.fix });
    } finally {
      setBusy(false);
    }
  });
  return html`<button type="button" class=${name} disabled=${disabled || isBusy} aria-busy=${isBusy} onClick=${click}
    ...${rest}>${inner}</button>`;
}

/** A button that is only an icon; `label` is read out and shown as its tip. */
export function IconButton({ icon, label, class: more, ...rest }) {
  return html`<${Button} kind="quiet" class=${classes("icon-button", more)} icon=${icon} aria-label=${label} title=${label}
    ...${rest} />`;
}

/** A small word in a box. `tone`: "" (grey), "ok", "warn", "bad", "info". */
export function Chip({ tone, icon, title, children }) {
  return html`<span class=${classes("chip", tone && `chip-${tone}`)} title=${title}>
    ${icon && html`<${Icon} name=${icon} size=${12} />`}${children}
  </span>`;
}

/** What a status means: its tone and its tick. */
export const STATUSES = {
  accepted: { tone: "", icon: "clockface" },
  submitted: { tone: "", icon: "check" },
  delivered: { tone: "ok", icon: "checks" },
  read: { tone: "info", icon: "checks" },
  received: { tone: "", icon: "check" },
  rejected: { tone: "bad", icon: "close" },
  undeliverable: { tone: "bad", icon: "alert" },
};

/** A message's status: a tick alone (`bare`, with its word for screen readers), or with its word. */
export function Status({ status, bare = false, error }) {
  const { tone, icon } = STATUSES[status] ?? { tone: "", icon: "clockface" };
  const title = error ? `${status}: ${error.code} ${error.reason}` : status;
  return html`<span class=${classes("status", tone && `tone-${tone}`)} title=${title}>
    <${Icon} name=${icon} size=${14} /><span class=${bare ? "sr-only" : ""}>${status}</span>
  </span>`;
}

/** The HTTP status of an answer, or the word that stands for none. */
export function HttpStatus({ status, none = "no answer" }) {
  const tone = status === null || status === undefined || status >= 400 ? "bad" : "ok";
  return html`<${Chip} tone=${tone}><span class="num">${status ?? none}</span><//>`;
}

/** A time: short, with the whole of it as the tip. `style`: "time", "short", "precise", "ago". */
export function Time({ at, as = "time" }) {
  const write = { time: format.time, short: format.shortTime, precise: format.preciseTime, ago: format.ago }[as];
  if (as === "ago") useTicking(10_000);
  if (!at) return html`<span class="muted">–</span>`;
  return html`<time class="num" datetime=${at} title=${`${at}\n${format.ago(at)}`}>${write(at)}</time>`;
}

/** Draw the component anew every so many milliseconds. */
export function useTicking(ms) {
  const [, setCount] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setCount((count) => count + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** Copy a text and say so. */
export async function copy(text, what = "Copied") {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement("textarea"); // without https or permission there is no clipboard
    box.value = text;
    box.className = "sr-only";
    (document.querySelector("dialog[open]") ?? document.body).append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  toast(what, { kind: "ok" });
}

/** A button that copies a text: an icon, or with words in it. @example html`<${Copy} text=${uuid} label="Copy id" />` */
export function Copy({ text, label = "Copy", children, small = true }) {
  const click = () => copy(typeof text === "function" ? text() : text);
  if (children) return html`<${Button} icon="copy" small=${small} onClick=${click}>${children}<//>`;
  return html`<${IconButton} icon="copy" label=${label} small=${small} onClick=${click} />`;
}

/** An id, shortened, in the type of code; with a button that copies the whole. */
export function Id({ id, href, copies = false }) {
  const short = html`<code class="id" title=${id}>${format.shortId(id)}</code>`;
  return html`<span class="id-box">${href ? html`<a href=${href}>${short}</a>` : short}
    ${copies && html`<${Copy} text=${id} label=${`Copy ${id}`} />`}</span>`;
}

/** A URL out of a message: followed only if http or https, never loaded by the page; with a button that copies it. */
export function SafeUrl({ url, copies = true }) {
  const target = format.safeUrl(url);
  const text = html`<span class="url">${url}</span>`;
  return html`<span class="url-box">
    ${target ? html`<a href=${target} target="_blank" rel="noopener noreferrer">${text}</a>` : text}
    ${copies && html`<${Copy} text=${url} label="Copy URL" />`}
  </span>`;
}

/** A block of text as it is, with a button that copies it. @example html`<${Code} text=${curl} label="curl" />` */
export function Code({ text, label, wrap = false }) {
  return html`<div class="code">
    <pre class=${classes("code-text", wrap && "is-wrapped")} tabindex="0" role="region" aria-label=${label ?? "Code"}>${text}</pre>
    <div class="code-tools"><${Copy} text=${text} label=${label ? `Copy ${label}` : "Copy"} /></div>
  </div>`;
}

/** Levels that are laid out: what nests deeper is as good as unreadable, and drawing it would exhaust the stack. */
const DEEPEST = 100;

/**
 * Lay a JSON value out in lines: {path, depth, label, text, kind, comma}. Paths are as violations write them: `message.to`,
 * `items[0].text`; the whole is "".
 */
export function jsonLines(value, path = "", depth = 0, label = null, comma = "") {
  const line = (text, kind) => ({ path, depth, label, text, kind, comma });
  if (value === null || typeof value !== "object") {
    return [line(JSON.stringify(value), value === null ? "null" : typeof value)];
  }
  const isList = Array.isArray(value);
  const members = isList ? value.map((each, at) => [at, each]) : Object.entries(value);
  const [open, close] = isList ? "[]" : "{}";
  if (members.length === 0) return [line(open + close, "empty")];
  if (depth === DEEPEST) return [line(`${open}…${close}`, "empty")];
  const inner = members.flatMap(([name, each], at) => {
    const below = isList ? `${path}[${name}]` : path ? `${path}.${name}` : name;
    return jsonLines(each, below, depth + 1, isList ? null : name, at < members.length - 1 ? "," : "");
  });
  return [{ ...line(open, "open"), comma: "" }, ...inner, { ...line(close, "close"), label: null, isEnd: true }];
}

/** The path of what holds a place: "a.b" of "a.b[0]" and of "a.b.c"; "" of the last. */
const holderOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("."), path.lastIndexOf("[")));

/** Put each mark at its line; one whose field is missing gets a line of its own in the nearest part that is there. */
export function markedLines(value, marks) {
  const lines = jsonLines(value);
  for (const mark of marks) {
    const path = mark.path ?? "";
    const found = lines.find((each) => each.path === path && !each.isEnd);
    if (found) (found.marks ??= []).push(mark);
    else addMissing(lines, path, mark);
  }
  return lines;
}

function addMissing(lines, path, mark) {
  const isHolder = (each, holder) => each.path === holder && (each.isEnd || each.kind === "empty");
  let holder = holderOf(path);
  while (holder !== "" && !lines.some((each) => isHolder(each, holder))) holder = holderOf(holder);
  const end = lines.findLastIndex((each) => isHolder(each, holder));
  const at = end < 0 ? lines.length - 1 : end; // a value that holds nothing, such as a text
  const label = holder === "" ? path : path.slice(holder.length).replace(/^\./, "");
  const line = { path, depth: lines[at].depth + 1, label, text: "missing", kind: "missing", comma: "", marks: [mark] };
  lines.splice(lines[at].isEnd ? at : at + 1, 0, line);
}

/**
 * A JSON value, laid out, with places marked. A text is read as JSON; one that is none is shown as it is.
 * `source` is the text that a value was read from.
 * @param {{value: any, marks?: {path: string, tone?: "bad"|"warn"|"info", note: string}[], label?: string, source?: string}} props
 * @example html`<${Json} value=${entry.request.body} marks=${violations.map((each) => ({ path: each.name, note: each.reason }))} />`
 */
export function Json({ value, marks = [], label = "JSON", source }) {
  let read = value;
  if (typeof value === "string") {
    try {
      read = JSON.parse(value);
    } catch {
      return html`<${Code} text=${value} label=${label} wrap />`;
    }
  }
  const lines = markedLines(read, marks);
  return html`<div class="code">
    <div class="code-text json" tabindex="0" role="region" aria-label=${label}>
      ${lines.map((each) => html`<${JsonLine} ...${each} />`)}
    </div>
    <div class="code-tools"><${Copy} text=${() => laidOut(read) ?? String(source ?? value)} label=${`Copy ${label}`} /></div>
  </div>`;
}

/** A value as JSON for people, null if it nests too deep to be written. */
function laidOut(value) {
  try {
    return JSON.stringify(value, null, 2);
  } catch {
    return null;
  }
}

function JsonLine({ depth, label, text, kind, comma, marks }) {
  const tone = marks && (marks.some((each) => (each.tone ?? "bad") === "bad") ? "bad" : marks[0].tone);
  return html`<div class=${classes("json-line", tone && `mark-${tone}`)}>
    <span class="json-code">${"  ".repeat(depth)}${label !== null && html`<span class="json-key">${kind === "missing" ? label : JSON.stringify(label)}</span>: `}<span
      class=${`json-${kind}`}>${text}</span>${comma}</span>
    ${marks?.map((each) => html`<span class=${`json-note tone-${each.tone ?? "bad"}`}>${each.note}</span>`)}
  </div>`;
}

/**
 * A native dialog. Open while it is drawn; `onClose` is called on Esc, its cross, and a click beside it.
 * @example html`${isOpen && html`<${Dialog} title="Reset" onClose=${() => setOpen(false)}>…<//>`}`
 */
export function Dialog({ title, onClose, wide = false, actions, children }) {
  const box = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current.showModal();
    return () => before?.focus?.();
  }, []);
  const pressed = useRef(null);
  const down = (event) => {
    pressed.current = event.target;
  };
  const click = (event) => {
    // A drag that ends beside it, as when text is selected, clicks it too.
    if (event.target === box.current && pressed.current === box.current) onClose();
  };
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${box} class=${classes("dialog", wide && "is-wide")} aria-label=${title} onCancel=${cancel} onPointerDown=${down} onClick=${click}>
    <div class="dialog-box">
      <header class="dialog-head"><h2>${title}</h2><${IconButton} icon="close" label="Close" onClick=${onClose} /></header>
      <div class="dialog-body">${children}</div>
      ${actions && html`<footer class="dialog-actions">${actions}</footer>`}
    </div>
  </dialog>`;
}

const toasts = { list: [], watch: null, next: 1 };

/** Say something for a few seconds. `kind`: "", "ok", "bad"; `hint` is a second line. */
export function toast(text, { kind = "", hint = null } = {}) {
  const one = { id: toasts.next++, text, kind, hint };
  toasts.list = [...toasts.list.slice(-3), one];
  toasts.watch?.(toasts.list);
  setTimeout(() => dismiss(one.id), kind === "bad" ? 10_000 : 3_000);
}

function dismiss(id) {
  toasts.list = toasts.list.filter((each) => each.id !== id);
  toasts.watch?.(toasts.list);
}

/** Where toasts are shown; drawn once, by the shell. */
export function Toasts() {
  const [list, setList] = useState(toasts.list);
  toasts.watch = setList;
  return html`<div class="toasts" role="status" aria-live="polite">
    ${list.map((each) => html`<div key=${each.id} class=${classes("toast", each.kind && `toast-${each.kind}`)}>
      <div><div>${each.text}</div>${each.hint && html`<div class="toast-hint">${each.hint}</div>`}</div>
      <${IconButton} icon="close" label="Dismiss" small onClick=${() => dismiss(each.id)} />
    </div>`)}
  </div>`;
}

/** What a view shows while it has nothing: what would be here, and how to get it. */
export function Empty({ icon, title, children }) {
  return html`<div class="empty">
    ${icon && html`<${Icon} name=${icon} size=${28} />`}
    <h2>${title}</h2>
    <div class="empty-text">${children}</div>
  </div>`;
}

/** What sends a first message, for empty views: short lines, whole on a phone. */
export function FirstMessage({ account }) {
  const lines = `curl -u ${quoted(`${account ?? "mockkey1"}:any-secret`)} \\
  ${location.origin}/v1/messages \\
  -H 'Content-Type: application/json' -d '{
    "channel": "sms", "message_type": "text",
    "from": "ACME", "to": "447700900123",
    "text": "Hello"}'`;
  return html`<${Code} text=${lines} label="curl" wrap />`;
}

/** A word as a shell takes it. */
export const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** An error in place of what could not be had. Takes what `useQuery` gives. */
export function ErrorBox({ error, onRetry }) {
  const { problem } = error;
  return html`<div class="error-box" role="alert">
    <${Icon} name="alert" />
    <div class="grow"><strong>${error.message}</strong>
      ${problem?.where && html`<div class="muted">at <code>${problem.where}</code></div>`}
      ${problem?.fix && html`<div>${problem.fix}</div>`}
    </div>
    ${onRetry && html`<${Button} small onClick=${onRetry}>Try again<//>`}
  </div>`;
}

/** Grey bars while something is on its way. */
export function Loading({ lines = 3 }) {
  return html`<div class="loading" aria-busy="true"><span class="sr-only">Loading</span>
    ${Array.from({ length: lines }, () => html`<div class="loading-bar"></div>`)}
  </div>`;
}

/**
 * Tabs. `tabs` are {id, label, count?}; arrows move between them.
 * @example html`<${Tabs} label="Part" tabs=${[{ id: "body", label: "Body" }]} active=${tab} onChange=${setTab} />`
 */
export function Tabs({ label, tabs, active, onChange }) {
  const box = useRef(null);
  const key = (event) => {
    const at = tabs.findIndex((each) => each.id === active);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (at + step + tabs.length) % tabs.length;
    onChange(tabs[next].id);
    box.current.children[next].focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${box} onKeyDown=${key}>
    ${tabs.map((each) => html`<button type="button" role="tab" class="tab" key=${each.id} aria-selected=${each.id === active}
      tabindex=${each.id === active ? 0 : -1} onClick=${() => onChange(each.id)}>${each.label}${
      each.count !== undefined && html`<span class="tab-count num">${each.count}</span>`}</button>`)}
  </div>`;
}

let fields = 0;

/**
 * A labelled control: `children` is a function that is given {id, "aria-describedby", "aria-invalid"} to spread.
 * @example html`<${Field} label="To" hint="Digits" error=${bad}>${(props) => html`<input class="input" ...${props} />`}<//>`
 */
export function Field({ label, hint, error, children, inline = false }) {
  const [id] = useState(() => `field-${++fields}`);
  const below = error || hint ? `${id}-hint` : undefined;
  return html`<div class=${classes("field", inline && "is-inline")}>
    <label for=${id}>${label}</label>
    ${children({ id, "aria-describedby": below, "aria-invalid": error ? "true" : undefined })}
    ${below && html`<div id=${below} class=${error ? "field-error" : "field-hint"}>${error || hint}</div>`}
  </div>`;
}

/** A choice of a few. `options` are words or {value, label}. */
export function Select({ value, options, onChange, ...rest }) {
  return html`<select class="input select" value=${value} onChange=${(event) => onChange(event.target.value)} ...${rest}>
    ${options.map((each) => {
      const { value: word, label } = typeof each === "object" ? each : { value: each, label: each };
      return html`<option value=${word} selected=${word === value}>${label}</option>`;
    })}
  </select>`;
}

/** Names and values, as a description list. `rows` are [name, value]; those without a value are left out. */
export function KeyValues({ rows }) {
  const held = rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return html`<dl class="key-values">${held.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The head of a view: its title, how much there is, and what can be done. */
export function ViewHead({ title, count, back, children }) {
  return html`<header class="view-head">
    ${back && html`<a class="button button-quiet icon-button" href=${back} aria-label="Back" title="Back"><${Icon} name="back" /></a>`}
    <h1>${title}</h1>${count !== undefined && count !== null && html`<span class="muted num">${count}</span>`}
    <div class="view-actions">${children}</div>
  </header>`;
}

/** Closes the pane beside a list; on a phone, where the pane is all there is, the head's back does. */
export function CloseLink({ href, label }) {
  return html`<a class="button button-quiet icon-button pane-close" href=${href} aria-label=${label} title="Close"><${Icon} name="close" /></a>`;
}

/** What is put in place of media of a message: it is never loaded. `type`: "image", "audio", "video", "file", "sticker". */
export function Media({ type, url, name, caption }) {
  const known = ["image", "audio", "video", "file", "sticker"].includes(type) ? type : "file";
  return html`<figure class="media">
    <div class="media-box"><${Icon} name=${known} size=${22} />
      <div class="grow"><div class="media-name">${name || nameIn(url) || type}</div><div class="muted small">${type}, not loaded</div></div></div>
    ${url && html`<div class="media-url small"><${SafeUrl} url=${url} /></div>`}
    ${caption && html`<figcaption>${caption}</figcaption>`}
  </figure>`;
}

function nameIn(url) {
  const target = url && format.safeUrl(url);
  if (!target) return null;
  const last = new URL(target).pathname.split("/").pop();
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Draws its children; if they break, says so and leaves the rest of the page alone. `of` names what is drawn: a change begins anew. */
export class Boundary extends Component {
  constructor(props) {
    super(props);
    this.state = { error: null, of: props.of };
  }

  static getDerivedStateFromProps(props, state) {
    return props.of === state.of ? null : { error: null, of: props.of };
  }

  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
  }

  render({ children }, { error }) {
    if (!error) return children;
    return html`<${ErrorBox} error=${error} onRetry=${() => this.setState({ error: null })} />`;
  }
}
