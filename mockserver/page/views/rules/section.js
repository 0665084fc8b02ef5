/** What the listing sections share: a filter box, and what is shown where nothing fits. */

import { html } from "../../vendor/preact.js";
import { number } from "../../lib/format.js";
import { setQuery } from "../../lib/router.js";
import { Button, Copy, Field } from "../../lib/ui.js";

/** A box that narrows the section, kept in the address. */
export function Find({ label, value, shown, total }) {
  return html`<div class="rules-find" role="search" aria-label=${label}>
    <${Field} label=${label} inline>${(props) => html`<input class="input" type="search" value=${value ?? ""} autocomplete="off" spellcheck=${false}
      onInput=${(event) => setQuery({ find: event.target.value || null }, { replace: true })} ...${props} />`}<//>
    <span class="muted num" role="status">${shown === total ? number(total) : `${number(shown)} of ${number(total)}`}</span>
  </div>`;
}

export function NothingFits() {
  return html`<p class="rules-nothing muted">Nothing fits these words. <${Button} small onClick=${() => setQuery({ find: null }, { replace: true })}>Show all<//></p>`;
}

/** A value to be copied into a message. */
export function Value({ text }) {
  return html`<span class="rules-value"><code>${text}</code><${Copy} text=${text} label=${`Copy ${text}`} /></span>`;
}
