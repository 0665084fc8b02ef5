/** Try a body without sending it: judged while it is typed, with the places marked and the nearest valid form at hand. */

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { isAborted, post } from "../lib/api.js";
import { href, setQuery } from "../lib/router.js";
import { Button, copy, Empty, ErrorBox, Field, Select, toast, ViewHead } from "../lib/ui.js";
import { Editor, goTo } from "./explain/editor.js";
import { bodyOf, fetchRules, groupsOf } from "./explain/examples.js";
import { Send } from "./explain/send.js";
import { Verdict } from "./explain/verdict.js";
import { laidOutText } from "./journal/places.js";

const JUDGE_MS = 200;
const ADDRESS_MAX_CHARS = 20_000; // longer ones are not kept in the address, where they would be slow

const laidOut = (body) => JSON.stringify(body, null, 2);

/** JSON on one line is laid out; what a person laid out stays as it is. */
function opened(body) {
  if (!body || body.includes("\n")) return body ?? "";
  try {
    JSON.parse(body);
    return laidOutText(body);
  } catch {
    return body;
  }
}

/** The verdict on a text, a moment after it last changed: {judged, of, error}; `of` is the text it is about. */
function useVerdict(text, version, method) {
  const [held, setHeld] = useState({ judged: null, of: "", error: null });
  useEffect(() => {
    if (text.trim() === "") {
      setHeld({ judged: null, of: text, error: null });
      return undefined;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const judged = await post("/explain", text, { params: { version, method }, signal: abort.signal });
        setHeld({ judged, of: text, error: null });
      } catch (error) {
        if (!isAborted(error)) setHeld((was) => ({ ...was, error }));
      }
    }, JUDGE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, version, method]);
  return held;
}

let last = ""; // what stood in the box, for who comes back by an address without a text

/** The text in the box, kept in the address, so that it can be sent on; another address brings another text. */
function useText(query) {
  const [text, setText] = useState(() => (query.body ? opened(query.body) : last));
  const own = useRef(query.body ?? "");
  useEffect(() => {
    if ((query.body ?? "") === own.current) return;
    own.current = query.body ?? "";
    setText(opened(query.body));
  }, [query.body]);
  useEffect(() => {
    last = text;
    const timer = setTimeout(() => {
      const kept = text.length > ADDRESS_MAX_CHARS ? "" : text;
      if (kept === own.current || kept === opened(own.current)) return;
      own.current = kept;
      setQuery({ body: kept }, { replace: true });
    }, JUDGE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}

function Examples({ groups, onPick }) {
  const all = groups.flatMap((each) => each.examples);
  return html`<${Field} label="Start from" inline>${(props) => html`<select class="input select" ...${props} value=""
    onChange=${(event) => { onPick(all.find((each) => each.id === event.target.value)); event.target.value = ""; }}>
    <option value="">an example…</option>
    ${groups.map(({ label, examples }) => html`<optgroup key=${label} label=${label}>${examples.map((each) => html`<option value=${each.id}>${label.replace(/ more$/, "")} ${each.label}</option>`)}</optgroup>`)}
  </select>`}<//>`;
}

function Start({ groups, onPick }) {
  const starts = ["v1/sms/text", "v1/whatsapp/template", "v1/rcs/carousel", "v1/failover", "v0.1/sms/text", "dispatch"];
  const all = groups.flatMap((each) => each.examples.map((example) => ({ ...example, words: `${each.label.replace(/ more$/, "")} ${example.label}` })));
  return html`<div class="explain-empty"><${Empty} icon="explain" title="Would the API take it?">
    <p>Type or paste the body of a request. It is judged as you type and sent nowhere: each broken rule is told with its place, what was expected, and the nearest valid form.</p>
    <p>Or begin with one that is right:</p>
    <div class="explain-starts">${all.filter((each) => starts.includes(each.id)).map((each) => html`<${Button} small onClick=${() => onPick(each)}>${each.words}<//>`)}</div><//></div>`;
}

const VERSIONS = [{ value: "", label: "auto" }, { value: "v1", label: "v1" }, { value: "v0.1", label: "v0.1" }];
const METHODS = [{ value: "", label: "POST" }, { value: "PATCH", label: "PATCH" }];

export default function View({ query }) {
  const [text, setText] = useText(query);
  const [groups, setGroups] = useState([]);
  const box = useRef(null);
  const { version, method } = query;
  const { judged, of, error } = useVerdict(text, version, method);
  useEffect(() => {
    fetchRules().then((rules) => setGroups(groupsOf(rules)), () => {});
  }, []);

  const choose = (changes) => setQuery(changes, { replace: true });
  const pick = async (example) => {
    try {
      const body = await bodyOf(example);
      choose({ version: example.id === "dispatch" ? null : example.version, method: example.method });
      setText(laidOut(body));
    } catch (failed) {
      toast(failed.message, { kind: "bad" });
    }
  };
  const layOut = () => {
    try {
      JSON.parse(text);
      setText(laidOutText(text));
    } catch {
      toast("This is no JSON yet", { kind: "bad", hint: "What is wrong, and where, stands beside it." });
    }
  };
  const goToField = (name) => goTo(box.current, name, judged.violations.find((each) => each.name === name && each.rule === "json")?.reason);
  const isEmpty = text.trim() === "";
  return html`<div class="view explain-view">
    <${ViewHead} title="Explain"><${Examples} groups=${groups} onPick=${pick} /><//>
    <div class="view-body explain">
      <div class="explain-left">
        <div class="explain-bar">
          <${Field} label="Version" inline>${(props) => html`<${Select} value=${version ?? ""} options=${VERSIONS} onChange=${(value) => choose({ version: value })} ...${props} />`}<//>
          <${Field} label="Method" inline>${(props) => html`<${Select} value=${method ?? ""} options=${METHODS} onChange=${(value) => choose({ method: value })} ...${props} />`}<//>
          <span class="grow"></span>
          <div class="explain-tools">
            <${Button} small kind="quiet" disabled=${isEmpty} onClick=${layOut}>Format<//>
            <${Button} small kind="quiet" disabled=${isEmpty} onClick=${() => { setText(""); box.current.focus(); }}>Clear<//>
            <${Button} small kind="quiet" disabled=${isEmpty} onClick=${() => copy(location.origin + location.pathname + href("explain", { ...query, body: text }), "Link copied")}>Copy link<//>
          </div>
        </div>
        <${Editor} text=${text} onInput=${setText} judged=${of === text ? judged : null} box=${box} />
      </div>
      <div class="explain-right">
        ${error && html`<${ErrorBox} error=${error} />`}
        ${isEmpty ? html`<${Start} groups=${groups} onPick=${pick} />`
          : judged && html`<${Verdict} judged=${judged} text=${of} onUse=${(body) => setText(laidOut(body))} onPick=${goToField} />`}
        ${!isEmpty && html`<${Send} text=${text} judged=${judged} method=${method ?? null} />`}
      </div>
    </div>
  </div>`;
}
