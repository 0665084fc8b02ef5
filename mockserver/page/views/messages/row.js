/** One message as a row of the list. Holds nothing to press. */

import { html } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { Icon, ICONS } from "../../lib/icons.js";
import { classes, Status, Time } from "../../lib/ui.js";

/** What a message says, in a few words. */
export function preview({ text, kind }) {
  return text ? format.clip(text, 140) : kind;
}

/** The error a message ended with; null if there is none. */
export const errorOf = ({ statuses }) => statuses.findLast((each) => each.error)?.error ?? null;

export function Row({ message }) {
  const isInbound = message.direction === "inbound";
  const party = isInbound ? message.from : message.to;
  const icon = message.kind !== "text" && ICONS.includes(message.kind) ? message.kind : null;
  return html`<div class="message-row">
    <span class=${classes("message-way", isInbound && "is-in")} title=${message.direction}><${Icon} name=${isInbound ? "incoming" : "outgoing"} size=${14} /><span class="sr-only">${isInbound ? "from" : "to"}</span></span>
    <div class="message-words">
      <div class="message-line"><strong class="clip"><bdi>${party ?? "nobody"}</bdi></strong><span class="muted nowrap">${format.channel(message.channel)}${message.kind !== "text" ? ` ${message.kind}` : ""}</span></div>
      <div class="message-text">${icon && html`<${Icon} name=${icon} size=${14} />`}<bdi class="clip">${preview(message)}</bdi></div>
    </div>
    <div class="message-end"><${Time} at=${message.at} /><${Status} status=${message.status} error=${errorOf(message)} /></div>
  </div>`;
}
