/** Loading a scenario: its text pasted, chosen or dropped, its variables, and the mistakes in it at their places. */

import { html, useRef, useState } from "../../vendor/preact.js";
import { post, put } from "../../lib/api.js";
import { Icon } from "../../lib/icons.js";
import { go, href } from "../../lib/router.js";
import { Button, Field, toast } from "../../lib/ui.js";
import { Editor } from "./editor.js";
import { linesIn, Mistakes, mistakesOf } from "./mistakes.js";
import { EXAMPLE } from "./teaching.js";

/** Texts loaded from this page, by account and scenario: the server does not give them back. */
const texts = new Map();
const keyOf = (account, id) => JSON.stringify([account, id]);

/** What is written and not loaded, by account and by what it would replace; it is still there when one comes back. */
const drafts = new Map();

export function Loader({ replaces, begins, account, onLoaded }) {
  const place = keyOf(account, begins);
  const beginning = () => ({ text: begins === "example" ? EXAMPLE : (texts.get(keyOf(account, replaces)) ?? ""), file: "", sets: "" });
  const [, draw] = useState(0);
  const draft = () => drafts.get(place) ?? beginning();
  const { text, file, sets } = draft();
  const [error, setError] = useState(null);
  const editor = useRef(null);
  const chooser = useRef(null);

  const change = (changes) => {
    drafts.set(place, { ...draft(), ...changes });
    draw((count) => count + 1);
  };
  const write = (now) => {
    change({ text: now });
    setError(null);
  };
  const take = async (chosen) => {
    if (!chosen) return;
    write(await chosen.text());
    change({ file: chosen.name });
  };
  const load = (start, onto = replaces) => async () => {
    const params = { start: start ? "true" : null, name: file || null, set: sets.split("\n").map((each) => each.trim()).filter(Boolean) };
    setError(null);
    try {
      const play = await (onto ? put(`/scenarios/${encodeURIComponent(onto)}`, text, { params }) : post("/scenarios", text, { params }));
      texts.set(keyOf(account, play.id), text);
      drafts.delete(place);
      toast(`${play.id} is ${onto ? "replaced" : "loaded"}${play.outcome === "running" ? " and runs" : ""}`, { kind: "ok" });
      onLoaded();
      go(["scenarios", play.id]);
    } catch (refused) {
      if (!refused.status) throw refused;
      setError(refused);
    }
  };
  const mistakes = error ? mistakesOf(error.problem) : [];
  const isAboutSet = error && /^set is /.test(error.message);
  const taken = error?.status === 409 && error.message.match(/^scenario (\S+) is loaded/)?.[1];
  return html`<form class="scenario-load" aria-label=${replaces ? `Replace ${replaces}` : "Load a scenario"} onSubmit=${(event) => event.preventDefault()}>
    <header class="row wrap"><h2 class="grow">${replaces ? `Replace the text of ${replaces}` : "Load a scenario"}</h2>
      <input ref=${chooser} type="file" class="sr-only" tabindex="-1" aria-label="File of a scenario" accept=".yaml,.yml,.json" onChange=${(event) => {
        take(event.target.files[0]);
        event.target.value = "";
      }} />
      <${Button} icon="file" onClick=${() => chooser.current.click()}>Choose a file<//>
    </header>
    <p class="muted">YAML or JSON: paste it, choose a file, or drop one on the text.${replaces && !text && " The server keeps no text, so begin with the whole of it."}</p>
    <${Editor} text=${text} onWrite=${write} onFile=${take} marks=${linesIn(mistakes)} handle=${editor} name=${file || "The text"} />
    ${error && !isAboutSet && html`<${Mistakes} error=${error} mistakes=${mistakes} text=${text} onPlace=${(place) => editor.current.select(place)} />`}
    ${taken && html`<div class="scenario-note"><${Icon} name="alert" /><div class="grow">${taken} is loaded already.</div>
      <${Button} small onClick=${load(false, taken)}>Replace it<//></div>`}
    <${Field} label="Variables (optional)" hint="One a line, such as clinic=447700900010. They replace values of vars." error=${isAboutSet ? `${error.message}. ${error.problem.fix}` : null}>${(props) => html`
      <textarea class="input is-code scenario-sets" rows="2" value=${sets} spellcheck=${false} placeholder="sut=http://127.0.0.1:8000"
        onInput=${(event) => change({ sets: event.target.value })} ...${props}></textarea>`}<//>
    <div class="form-actions">
      <${Button} kind="primary" icon="play" disabled=${!text.trim()} onClick=${load(true)}>${replaces ? "Replace" : "Load"} and start<//>
      <${Button} disabled=${!text.trim()} onClick=${load(false)}>${replaces ? "Replace" : "Load"} only<//>
      <${Button} kind="quiet" href=${href(replaces ? ["scenarios", replaces] : "scenarios")} onClick=${() => drafts.delete(place)}>Cancel<//>
      ${!text && html`<${Button} kind="quiet" onClick=${() => write(EXAMPLE)}>Begin with a small one<//>`}
    </div>
  </form>`;
}
