/** The box that writes as the user: any kind the channel takes in, and what its webhook came to. */

import { html, useEffect, useMemo, useRef, useState } from "../../vendor/preact.js";
import { useQuery } from "../../lib/live.js";
import { clip, duration } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { href } from "../../lib/router.js";
import { Button, classes, Field, IconButton, Select } from "../../lib/ui.js";
import { webhookWords } from "./bubble.js";
import { bodyOf, fieldsOf, versionOf } from "./kinds.js";
import { list } from "./read.js";
import { summaryOf } from "./thread.js";

/** What became of the webhook that a reply caused. */
export function Outcome({ arrived }) {
  const { data } = useQuery(arrived.delivery ? `/deliveries/${encodeURIComponent(arrived.delivery)}` : null, {
    refreshOn: ({ entries, state }) => state.has("deliveries") || entries.some((each) => each.delivery === arrived.delivery),
  });
  const delivery = data ?? { ...arrived, attempts: [] };
  const { tone, icon, label } = webhookWords(delivery);
  const last = list(delivery.attempts).at(-1);
  return html`<span class=${classes("row wrap", tone && `tone-${tone}`)}><${Icon} name=${icon} size=${14} /><span>${delivery.url || delivery.state !== "dropped"
    ? html`${label}${last && html` in <span class="num">${duration(last.duration_ms)}</span>`}`
    : html`arrived, but there is no URL to tell of it: set one with <code>--inbound-url</code>`}</span>
    ${arrived.delivery && html`<a href=${href(["deliveries", arrived.delivery])}>delivery</a>`}</span>`;
}

function Input({ field, value, onInput, error }) {
  return html`<${Field} label=${`${field.label}${field.optional ? " (optional)" : ""}`} error=${error}>${(props) => {
    if (field.options) return html`<${Select} value=${value} options=${field.options} onChange=${onInput} ...${props} />`;
    const common = { value, onInput: (event) => onInput(event.target.value), ...props };
    if (field.type === "json") return html`<textarea class="input is-code" rows="3" spellcheck=${false} ...${common}></textarea>`;
    return html`<input class="input" spellcheck=${false} ...${common} />`;
  }}<//>`;
}

function jsonError(field, value) {
  if (field.type !== "json") return null;
  try {
    JSON.parse(value);
    return null;
  } catch (error) {
    return `Not JSON: ${error.message}`;
  }
}

/** A field that grows with what is written. Enter sends, Shift and Enter begins a line. */
function Text({ value, onInput, onSend, label, placeholder, box }) {
  useEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(160, box.current.scrollHeight + 2)}px`;
  }, [value]);
  const key = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onSend();
  };
  return html`<textarea ref=${box} class="input talk-text" rows="1" dir="auto" aria-label=${label} placeholder=${placeholder} value=${value}
    onInput=${(event) => onInput(event.target.value)} onKeyDown=${key}></textarea>`;
}

const kept = new Map();

/** What is written and not sent, by kind; it is still there when one comes back to the talk. */
function useDrafts(talk) {
  const [, draw] = useState(0);
  const setDraft = (kind, change) => {
    const was = kept.get(talk) ?? {};
    kept.set(talk, { ...was, [kind]: change(was[kind]) });
    draw((count) => count + 1);
  };
  return [kept.get(talk) ?? {}, setDraft];
}

/** What could not be sent, and what was written since. */
function together(sent, since) {
  if (!since?.text || !sent?.text) return since ?? sent;
  return { ...since, text: `${sent.text}\n${since.text}` };
}

/**
 * @param {object} props
 * @param {string} props.talk  what tells this talk from others, of other accounts, too
 * @param {string} props.channel
 * @param {{kind: string, versions: string[]}[]} props.kinds  what the channel takes in
 * @param {string[]} props.quick  words that mean something to the platform, as STOP
 * @param {string} props.likely  the version a message most likely arrives in
 * @param {object|null} props.target  the message that is answered
 * @param {() => void} props.onUntarget
 * @param {{kind: string}} props.wanted  a kind asked for from elsewhere; a new object each time
 * @param {(body: object) => Promise<object>} props.onSend  resolves with what arrived, once what was sent before did
 * @param {object|null} props.arrived  what arrived last
 */
export function Compose({ talk, channel, kinds, quick, likely, target, onUntarget, wanted, onSend, arrived }) {
  const [kind, setKind] = useState("text");
  const [chosen, setChosen] = useState("");
  const [drafts, setDraft] = useDrafts(talk);
  const [problem, setProblem] = useState(null);
  const text = useRef(null);
  const form = useRef(null);
  const underWay = useRef(new Set());
  const versions = kinds.find((each) => each.kind === kind)?.versions ?? ["v1"];
  const version = target && versions.includes("v1") ? "v1" : versionOf(chosen, likely, versions);
  const fields = useMemo(() => fieldsOf(kind, channel, version), [kind, channel, version]);
  const values = drafts[kind] ?? {};
  const setValues = (next) => setDraft(kind, () => next);
  const draftOf = (name) => kept.get(talk)?.[name];

  const turn = (next) => {
    setKind(next);
    setProblem(null);
  };
  const focus = () => (text.current ?? form.current?.querySelector("input, textarea, button.button-primary"))?.focus();
  useEffect(() => {
    if (!wanted) return;
    if (wanted.kind && kinds.some((each) => each.kind === wanted.kind)) turn(wanted.kind);
    setTimeout(focus);
  }, [wanted]);

  const deliver = async (body, drafted) => {
    const sent = drafts[drafted];
    try {
      await onSend(body);
      if (drafted === null) return;
      if (drafted !== "text" && draftOf(drafted) !== undefined) return; // another is being filled in
      const hadFocus = form.current?.contains(document.activeElement);
      setKind((now) => (now === drafted ? "text" : now));
      if (hadFocus && drafted !== "text") setTimeout(focus);
    } catch (error) {
      setProblem(error);
      if (drafted !== null) setDraft(drafted, (since) => together(sent, since));
    }
  };
  /**
   * The draft is gone at once: what is filled in from then on is another message, and one of which nothing was filled in
   * since is the same pressed twice, which is sent once.
   */
  const send = async (body, drafted = null) => {
    const mine = { name: drafted ?? body.text };
    const isUnderWay = [...underWay.current].some((each) => each.name === mine.name);
    if (isUnderWay && drafted !== "text" && (drafted === null || draftOf(drafted) === undefined)) return;
    setProblem(null);
    underWay.current.add(mine);
    const delivered = deliver(body, drafted);
    if (drafted !== null) setDraft(drafted, () => undefined);
    await delivered;
    underWay.current.delete(mine);
  };
  const wrong = fields.some((each) => jsonError(each, values[each.name] ?? each.value));
  const sendForm = () => {
    if (wrong || (kind === "text" && !(values.text ?? "").trim())) return undefined;
    return send(bodyOf({ kind, values, fields, chosen, version, target }), kind);
  };
  const needsTarget = kind === "reaction" && !target;

  return html`<form class="talk-compose" ref=${form} aria-label="Write as the user" onSubmit=${(event) => { event.preventDefault(); sendForm(); }}>
    ${target && html`<div class="talk-target"><${Icon} name="back" size=${14} /><span class="muted nowrap">${kind === "reaction" ? "Reacts to" : "Answers"}</span>
      <span class="clip grow" dir="auto">${clip(summaryOf(target), 120)}</span><${IconButton} icon="close" label="Answer none" small onClick=${onUntarget} /></div>`}
    ${kind !== "text" && html`<div class="talk-fields">${fields.map((field) => {
      const value = values[field.name] ?? field.value;
      return html`<${Input} key=${`${kind} ${field.name}`} field=${field} value=${value} error=${jsonError(field, value)}
        onInput=${(next) => setValues({ ...values, [field.name]: next })} />`;
    })}${fields.length === 0 && html`<p class="muted">Nothing to fill in: it tells only that something came which is not passed on.</p>`}</div>`}
    ${needsTarget && html`<p class="small muted">It goes with the message your system sent last; for another, take “Answer it” under ••• of that one.</p>`}
    <div class="talk-send">
      <${Select} class="input select talk-kind" aria-label="Kind of message" value=${kind} options=${kinds.map((each) => each.kind)} onChange=${turn} />
      ${kind === "text" ? html`<${Text} box=${text} value=${values.text ?? ""} onInput=${(next) => setValues({ text: next })} onSend=${sendForm}
          label="Message as the user" placeholder="Write as the user" />` : html`<span class="grow"></span>`}
      <${Button} kind="primary" icon="send" type="submit" disabled=${wrong} aria-label="Send as the user"><span class="talk-send-word">Send</span><//>
    </div>
    <div class="talk-under small">
      ${quick.map((each) => html`<${Button} key=${each} small onClick=${() => send({ kind: "text", text: each })} title=${`Send ${each} as the user`}>${each}<//>`)}
      <div role="status" class="grow talk-outcome">${problem
        ? html`<span class="tone-bad breaks">${problem.message}${problem.problem?.fix && html` <span>${problem.problem.fix}</span>`}</span>`
        : arrived && html`<${Outcome} key=${arrived.delivery} arrived=${arrived} />`}</div>
      ${versions.length > 1 && html`<label class="row talk-version" title="As the application, account or server sets it, else that of the last message; or one of your choice">Webhook in
        <${Select} class="input select" aria-label="Version it arrives in" value=${target ? "v1" : chosen} disabled=${Boolean(target)}
          options=${[{ value: "", label: `auto (${versionOf("", likely, versions)})` }, ...versions]} onChange=${setChosen} /></label>`}
    </div>
  </form>`;
}
