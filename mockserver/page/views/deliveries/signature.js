/** The signature of a try, taken apart: what each part says, whether the secret made it, and whether it is of this body. */

import { html } from "../../vendor/preact.js";
import { Icon } from "../../lib/icons.js";
import { Chip, classes, Empty, Select, Time } from "../../lib/ui.js";

const MEANT = {
  alg: "how it is signed: HMAC with SHA-256, by the account's signature secret",
  typ: "what it is: a JSON Web Token",
  iat: "when it was issued, in seconds since 1970, in real time whatever the account's clock says",
  jti: "the id of this token: each try has its own",
  iss: "who issued it",
  payload_hash: "SHA-256 of the body, of exactly the bytes that were sent, in lower-case hex",
  api_key: "the account it is sent for",
  application_id: "the application that sent the message",
  exp: "when it ends",
  nbf: "when it begins",
  aud: "whom it is for",
};

function Claims({ title, claims }) {
  const isObject = claims !== null && typeof claims === "object" && !Array.isArray(claims);
  const parts = isObject ? Object.entries(claims) : [["", claims]];
  return html`<section class="stack"><h3>${title}</h3><dl class="deliveries-claims">
    ${parts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt>
      <dd><code>${typeof value === "string" ? value : JSON.stringify(value)}</code>${["iat", "exp", "nbf"].includes(name) && typeof value === "number" && html` <${Time} at=${new Date(value * 1000).toISOString()} />`}
        ${MEANT[name] && html`<span class="small">${MEANT[name]}</span>`}</dd></div>`)}
  </dl></section>`;
}

function Verdict({ isRight, yes, no }) {
  return html`<li class=${classes("deliveries-verdict", isRight ? "tone-ok" : "tone-bad")}><${Icon} name=${isRight ? "check" : "close"} /><span>${isRight ? yes : no}</span></li>`;
}

/** The two hashes, one above the other, where they differ. */
function Hashes({ hash }) {
  if (hash.matches) return null;
  return html`<dl class="deliveries-claims"><div><dt>claimed</dt><dd><code>${hash.claimed ?? "none"}</code></dd></div><div><dt>of the body</dt><dd><code>${hash.actual}</code></dd></div></dl>`;
}

function Unsigned({ attempt }) {
  const isOnPurpose = attempt.fault === "unsigned";
  return html`<p><${Chip} tone=${isOnPurpose ? "warn" : ""} icon="lock">not signed<//> ${isOnPurpose ? "A fault left the signature out, on purpose."
    : "This try had no signature, or it is too long ago: only those of the newest tries are kept."}</p>`;
}

/** A choice of the try, where there are several. `number` null is the last. */
export function TryChoice({ attempts, number, onChange }) {
  if (attempts.length < 2) return null;
  return html`<div><${Select} aria-label="Try" value=${String(number)} onChange=${(value) => onChange(Number(value))}
    options=${attempts.map((each) => ({ value: String(each.number), label: `Try ${each.number}` }))} /></div>`;
}

/** @param {{attempt: object|undefined}} props  a try as GET /_mock/deliveries/{id} tells it */
export function Signature({ attempt }) {
  if (!attempt) return html`<${Empty} icon="lock" title="Not tried yet"><p>Each try is signed when it is sent.</p><//>`;
  const { signature } = attempt;
  if (!signature) return html`<${Unsigned} attempt=${attempt} />`;
  return html`<div class="stack">
    <ul class="stack deliveries-verdicts" aria-label="Verdict">
      <${Verdict} isRight=${signature.verifies} yes="It verifies: the account's signature secret made it." no="It does not verify by the account's signature secret as it is now." />
      <${Verdict} isRight=${signature.payload_hash.matches} yes="Its payload_hash is the SHA-256 of the body." no="Its payload_hash is not the SHA-256 of the body." />
    </ul>
    <${Hashes} hash=${signature.payload_hash} />
    <${Claims} title="Header" claims=${signature.header} />
    <${Claims} title="Claims" claims=${signature.claims} />
  </div>`;
}
