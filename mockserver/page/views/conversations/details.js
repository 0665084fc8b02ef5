/** More of one message: how it came about, its statuses, and what can be done to it. */

import { html, useState } from "../../vendor/preact.js";
import { get, post } from "../../lib/api.js";
import * as format from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { Button, copy, Dialog, Field, Id, KeyValues, quoted, SafeUrl, Select, Status, Time, toast } from "../../lib/ui.js";
import { list } from "./read.js";

const MOVES = ["submitted", "delivered", "read", "rejected", "undeliverable"];
const FAILURES = ["rejected", "undeliverable"];

/** The command that sends what a journal entry holds once more. */
export function sendAsCurl({ request }, account) {
  return `curl -X ${request.method} -u ${quoted(`${account}:any-secret`)} -H 'Content-Type: application/json' \\\n  --data-raw ${quoted(request.body)} \\\n  ${quoted(location.origin + request.path)}`;
}

/** The command that lets the same message of a user arrive once more. */
export function arrivalAsCurl(message, account) {
  const body = { channel: message.channel, kind: message.kind, from: message.from, to: message.to, version: message.version, ...message.content };
  return `curl -H 'Content-Type: application/json' \\\n  --data-raw ${quoted(JSON.stringify(body))} \\\n  ${quoted(`${location.origin}/_mock/inbound?account=${encodeURIComponent(account)}`)}`;
}

async function curlOf(message) {
  if (message.direction === "inbound") return arrivalAsCurl(message, message.account);
  const { journal } = await get(`/messages/${encodeURIComponent(message.message_uuid)}`);
  const entry = journal.find((each) => each.request?.method === "POST");
  if (!entry) throw new Error("The journal no longer holds the request of this message.");
  return sendAsCurl(entry, message.account);
}

function Move({ message, channels, errors }) {
  const row = channels?.[message.channel];
  const usual = row?.moves?.[message.status] ?? [];
  const possible = MOVES.filter((each) => row?.statuses?.includes(each) ?? true);
  const [status, setStatus] = useState(usual[0] ?? possible[0]);
  const [code, setCode] = useState("");
  const isForced = !usual.includes(status);
  const fails = FAILURES.includes(status);
  const move = async () => {
    const body = { status, ...(fails && code ? { code: Number(code) } : {}), ...(isForced ? { force: true } : {}) };
    await post(`/messages/${encodeURIComponent(message.message_uuid)}/status`, body);
    toast(`Moved to ${status}`, { kind: "ok" });
  };
  return html`<section class="stack"><h3>Move its status</h3>
    <div class="talk-move">
      <${Field} label="To">${(props) => html`<${Select} value=${status}
        options=${possible.map((each) => ({ value: each, label: usual.includes(each) ? each : `${each} (forced)` }))} onChange=${setStatus} ...${props} />`}<//>
      ${fails && html`<${Field} label="Code">${(props) => html`<${Select} value=${code} onChange=${setCode}
        options=${[{ value: "", label: "none" }, ...errors.map((each) => ({ value: String(each.code), label: `${each.code} ${each.label}` }))]} ...${props} />`}<//>`}
      <${Button} onClick=${move}>Move<//>
    </div>
    ${isForced && html`<p class="small muted">Against the usual order, from ${message.status}: it is forced.</p>`}</section>`;
}

const timed = (each) => html`<span class="row wrap"><${Status} status=${each.status} /><${Time} at=${each.at} as="precise" />${each.error && html`<span class="tone-bad breaks">${each.error.code} ${each.error.reason}</span>`}</span>`;

/** @param {{message: object, channels: object, errors: object[], onClose: () => void, onAnswer: (message: object) => void}} props */
export function Details({ message, channels, errors, onClose, onAnswer }) {
  const isOut = message.direction === "outbound";
  const uuid = message.message_uuid;
  const options = Object.entries(message.options ?? {}).filter(([name]) => !["suggestions", "_self", "context_status"].includes(name));
  const rows = [
    ["Message", html`<${Id} id=${uuid} copies />`],
    ["API", `${message.version} · ${format.channel(message.channel)} ${message.kind}`],
    ["From", message.from],
    ["To", message.to],
    ["Reference", message.client_ref],
    ["Application", message.application_id && html`<${Id} id=${message.application_id} copies />`],
    ["Webhooks to", message.webhook_url && html`<${SafeUrl} url=${message.webhook_url} />`],
    ...options.map(([name, value]) => [name, typeof value === "object" ? html`<code class="breaks">${JSON.stringify(value)}</code>` : String(value)]),
    [isOut ? "Sent" : "Arrived", html`<${Time} at=${message.at} as="precise" />`],
    ["Statuses", list(message.statuses).length > 0 && html`<div class="stack">${message.statuses.map(timed)}</div>`],
    ["Updates", list(message.updates).length > 0 && html`<div class="stack">${message.updates.map(timed)}</div>`],
  ];
  const actions = html`
    <${Button} small icon="copy" onClick=${async () => copy(await curlOf(message))}>Copy as curl<//>
    ${["whatsapp", "viber"].includes(message.channel) && html`<${Button} small icon="back" onClick=${() => onAnswer(message)}>Answer it<//>`}
    <${Button} small kind="primary" icon="clock" href=${href(["messages", uuid])}>Timeline<//>`;
  return html`<${Dialog} title=${isOut ? "Message of your system" : "Message of the user"} onClose=${onClose} actions=${actions}>
    <div class="stack"><${KeyValues} rows=${rows} />${isOut && html`<${Move} key=${message.status} message=${message} channels=${channels} errors=${errors} />`}</div>
  <//>`;
}
