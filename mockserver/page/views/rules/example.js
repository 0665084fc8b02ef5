/** An example of a cell: a body the contract takes, or a user's message on demand. */

import { html, useEffect, useState } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import { current, href } from "../../lib/router.js";
import { Button, Copy, ErrorBox, Json, Loading, quoted } from "../../lib/ui.js";
import { skeleton } from "./read.js";

/** Ask the contract for the nearest valid body of a row. @returns {{body: object|null, error: Error|null}} */
function useExample(rules, row) {
  const [held, setHeld] = useState({ body: null, error: null });
  useEffect(() => {
    let isGone = false;
    const begun = skeleton(rules, row);
    post("/explain", begun, { params: { version: row.dialect } }).then(
      ({ valid, nearest }) => isGone || setHeld({ body: valid ? begun : nearest, error: null }),
      (error) => isGone || setHeld({ body: null, error }),
    );
    return () => {
      isGone = true;
    };
  }, [row]);
  return held;
}

const curl = (path, body, key) => `curl${key ? ` -u ${quoted(`${key}:any-secret`)}` : ""} -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(body))} \\\n  ${quoted(location.origin + path)}`;

const inboundPath = () => `/_mock/inbound${current.account === null ? "" : `?account=${encodeURIComponent(current.account)}`}`;

/** A body that can be sent, and where to try it. */
export function Sent({ rules, row, account }) {
  const { body, error } = useExample(rules, row);
  if (error) return html`<${ErrorBox} error=${error} />`;
  if (!body) return html`<${Loading} lines=${3} />`;
  const text = JSON.stringify(body);
  return html`<div class="stack">
    <${Json} value=${body} label="Example body" />
    <div class="row wrap">
      <${Button} small icon="explain" href=${href("explain", { version: row.dialect, body: text })}>Try in Explain<//>
      <${Copy} text=${() => curl(`/${row.dialect}/messages`, body, account ?? "mockkey1")}>Copy as curl<//>
    </div>
  </div>`;
}

/** A message of a user, sent when asked for. */
export function Received({ row }) {
  const [sent, setSent] = useState(null);
  const body = { channel: row.channel, kind: row.kind, version: row.dialect };
  const send = async () => setSent(await post("/inbound", body));
  return html`<div class="row wrap">
    <${Button} small icon="send" onClick=${send}>Have a user send one<//>
    <${Copy} text=${() => curl(inboundPath(), body)}>Copy as curl<//>
    <span role="status">${sent && html`<a href=${href(["deliveries", sent.delivery])}>See its webhook</a>`}</span>
  </div>`;
}
