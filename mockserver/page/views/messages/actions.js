/** What can be done with a message: move it to a status, answer it as the user. */

import { html, useEffect, useState } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import * as format from "../../lib/format.js";
import { go } from "../../lib/router.js";
import { Button, Dialog, Field, Select, toast } from "../../lib/ui.js";
import { fetchRules } from "../explain/examples.js";

const STATUSES = ["submitted", "delivered", "read", "rejected", "undeliverable"];
const WITH_CODE = ["rejected", "undeliverable"];

function useRules() {
  const [rules, setRules] = useState(null);
  useEffect(() => {
    fetchRules().then(setRules, (error) => toast(error.message, { kind: "bad" }));
  }, []);
  return rules;
}

/** Codes that go with a status, as choices; the first leaves it to the server. */
function codesOf(rules, status) {
  const codes = (rules?.errors ?? []).filter((each) => each.status === status);
  return [{ value: "", label: "as the server has it" }, ...codes.map(({ code, label }) => ({ value: String(code), label: `${code} ${label}` }))];
}

/** A dialog that moves a message; what its channel could not do has to be asked for. */
export function MoveDialog({ message, onClose }) {
  const rules = useRules();
  const allowed = rules?.capabilities.channels[message.channel]?.moves[message.status] ?? [];
  const [chosen, setChosen] = useState(null);
  const [code, setCode] = useState("");
  const status = chosen ?? allowed[0] ?? "delivered";
  const isForced = rules !== null && !allowed.includes(status);
  const options = STATUSES.map((value) => ({ value, label: allowed.includes(value) || !rules ? value : `${value} (by force)` }));
  const choose = (next) => {
    setChosen(next);
    setCode(""); // each status has codes of its own
  };
  const move = async () => {
    const body = { status };
    if (code && WITH_CODE.includes(status)) body.code = Number(code);
    if (isForced) body.force = true;
    await post(`/messages/${encodeURIComponent(message.message_uuid)}/status`, body);
    toast(`Moved to ${status}`, { kind: "ok" });
    onClose();
  };
  return html`<${Dialog} title="Move to a status" onClose=${onClose} actions=${html`<${Button} onClick=${onClose}>Cancel<//><${Button} kind="primary" onClick=${move}>Move to ${status}<//>`}>
    <div class="stack message-form">
      <p>The message is <strong>${message.status}</strong>. It moves now, and the status webhook is sent.</p>
      <${Field} label="Status" hint=${isForced ? `${format.channel(message.channel)} knows no such move from ${message.status}; it is made by force.` : null}>
        ${(props) => html`<${Select} value=${status} options=${options} onChange=${choose} ...${props} />`}<//>
      ${WITH_CODE.includes(status) && html`<${Field} label="Error code">${(props) => html`<${Select} value=${code} options=${codesOf(rules, status)} onChange=${setCode} ...${props} />`}<//>`}
    </div>
  <//>`;
}

/** A dialog that answers as the user; the talk itself is in Conversations. */
export function ReplyDialog({ message, onClose }) {
  const [text, setText] = useState("");
  const { channel, version, from, to } = message;
  const reply = async () => {
    const { message_uuid: uuid } = await post("/inbound", { channel, version, kind: "text", from: to, to: from, text });
    onClose();
    toast(`Sent as ${to}`, { kind: "ok" });
    go(["messages", uuid]);
  };
  return html`<${Dialog} title="Reply as the user" onClose=${onClose} actions=${html`<${Button} onClick=${onClose}>Cancel<//><${Button} kind="primary" icon="send" disabled=${text === ""} onClick=${reply}>Reply<//>`}>
    <div class="stack message-form">
      <p>From <strong><bdi>${to}</bdi></strong> to <strong><bdi>${from}</bdi></strong> on ${format.channel(channel)}: it arrives at the system under test as an inbound webhook.</p>
      <${Field} label="Text">${(props) => html`<textarea class="input" rows="3" value=${text} onInput=${(event) => setText(event.target.value)} ...${props}></textarea>`}<//>
    </div>
  <//>`;
}
