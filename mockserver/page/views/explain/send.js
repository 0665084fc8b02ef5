/** Sends the body for real, as a client would: over the API, with credentials that are asked for here and kept nowhere. */

import { html, useState } from "../../vendor/preact.js";
import { useConnection, useQuery } from "../../lib/live.js";
import { href } from "../../lib/router.js";
import { Button, Copy, Field, HttpStatus, Id, Json } from "../../lib/ui.js";
import { curlOf } from "../journal/curl.js";

/** Where a body is sent to. */
export function targetOf({ body, version, method, uuid }) {
  if (method === "PATCH") return { method, path: `/v1/messages/${encodeURIComponent(uuid.trim())}` };
  const isWorkflow = body !== null && typeof body === "object" && "workflow" in body && version !== "v1";
  return { method: "POST", path: isWorkflow ? "/v0.1/dispatch" : `/${version}/messages` };
}

const basic = (key, secret) => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${key}:${secret}`)))}`;

async function send({ method, path }, text, key, secret) {
  const headers = { "Content-Type": "application/json", Authorization: basic(key, secret) };
  // Without credentials of the browser's own, a 401 opens no dialog.
  const response = await fetch(path, { method, headers, body: text, credentials: "omit" });
  const answer = await response.text();
  return { status: response.status, answer, path };
}

function Answer({ sent }) {
  let uuid = null;
  try {
    uuid = JSON.parse(sent.answer).message_uuid ?? null;
  } catch {
    // An answer without a body, or none in JSON, names no message.
  }
  return html`<div class="stack" role="status">
    <div class="row wrap"><${HttpStatus} status=${sent.status} /><span class="muted">from ${sent.path}</span>
      ${uuid && html`<${Id} id=${uuid} href=${href(["messages", uuid])} copies />`}
      <a href=${href("journal", { kind: "request" })}>See it in the journal</a></div>
    ${sent.answer ? html`<${Json} value=${sent.answer} label="Answer" />` : html`<p class="muted">No body.</p>`}
  </div>`;
}

/** @param {{text: string, judged: object|null, method: string|null}} props */
export function Send({ text, judged, method }) {
  const { account } = useConnection();
  const { data } = useQuery(account && `/accounts/${encodeURIComponent(account)}`, { refreshOn: ["accounts"] });
  const [secret, setSecret] = useState(null);
  const [uuid, setUuid] = useState("");
  const [sent, setSent] = useState(null);
  const takesAny = data?.secrets.length === 0;
  const used = secret ?? (takesAny ? "any-secret" : "");
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Sent as it is: how the API answers to that is worth seeing too.
  }
  const target = targetOf({ body, version: judged?.version ?? "v1", method, uuid });
  const isReady = text.trim() !== "" && used !== "" && account && (method !== "PATCH" || uuid.trim() !== "");
  const curl = () => curlOf({ ...target, body: text, key: account, secret: used || "SECRET" });
  return html`<section class="card explain-send" aria-label="Send it">
    <div class="card-head"><h2>Send it</h2><code class="muted breaks">${target.method} ${target.path}</code></div>
    <form class="card-body stack" onSubmit=${(event) => event.preventDefault()}>
      ${method === "PATCH" && html`<${Field} label="Message" hint="The message_uuid that the PATCH is for">${(props) => html`<input class="input mono" value=${uuid} autocomplete="off" onInput=${(event) => setUuid(event.target.value)} ...${props} />`}<//>`}
      <${Field} label=${`Secret of ${account ?? "the account"}`} hint=${takesAny ? "This account takes any secret." : "The API shows no secrets; it is sent with this request and kept nowhere."}>
        ${(props) => html`<input class="input mono" value=${used} autocomplete="off" spellcheck=${false} onInput=${(event) => setSecret(event.target.value)} ...${props} />`}<//>
      <div class="form-actions">
        <${Button} kind="primary" icon="send" disabled=${!isReady} onClick=${async () => setSent(await send(target, text, account, used))}>Send<//>
        <${Copy} text=${curl} small=${false}>Copy as curl<//>
      </div>
      ${sent && html`<${Answer} sent=${sent} />`}
    </form>
  </section>`;
}
