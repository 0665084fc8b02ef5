/** The signature of a webhook, taken apart: what each part says, and whether it fits the body. */

import { html } from "../../vendor/preact.js";
import { time } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Code } from "../../lib/ui.js";

export function Signature({ delivery }) {
  return html`<${Code} text=${JSON.stringify(delivery.signature ?? null, null, 2)} />`;
}
