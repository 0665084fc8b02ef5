/** One row of a talk: a message as a bubble with all that befell it, or a send that was refused. */

import { html } from "../../vendor/preact.js";
import { clip, count } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { href } from "../../lib/router.js";
import { Chip, classes, Id, IconButton, Status, Time } from "../../lib/ui.js";
import { Content, Words } from "./content.js";
import { list, part, words } from "./read.js";
import { answered, hasFailed, summaryOf, wantedBy } from "./thread.js";

const ENCODINGS = { gsm7: "GSM-7", ucs2: "UCS-2" };

/** The last error of a message's statuses. */
export const errorOf = (message) => list(message.statuses).findLast((each) => each.error)?.error ?? null;

/** What a message costs; one that is rejected costs nothing. */
function priceOf(message) {
  const { currency, amount } = part(message.price);
  return amount === undefined || message.status === "rejected" ? null : `${currency} ${amount}`;
}

function Quote({ quoted, uuid }) {
  if (!quoted) return html`<div class="talk-quote small"><span class="muted">answers a message that is not here</span><${Id} id=${uuid} href=${href(["messages", uuid])} /></div>`;
  return html`<a class="talk-quote small" href=${href(["messages", uuid])}><span class="muted">${quoted.direction === "outbound" ? "answers your system" : "answers the user"}</span>
    <span class="clip" dir="auto">${clip(summaryOf(quoted), 90)}</span></a>`;
}

/** What was odd about a message although it was taken. */
function Findings({ findings, entry }) {
  if (!findings.length) return null;
  return html`<details class="talk-findings"><summary><${Icon} name="alert" size=${13} />${count(findings.length, "finding")}</summary>
    <ul>${findings.map((each, place) => html`<li key=${place}>${each.name && html`<code>${each.name}</code> `}<span class="breaks">${each.detail}</span></li>`)}
    ${entry && html`<li><a href=${href(["journal", String(entry)])}>journal entry ${entry}</a></li>`}</ul></details>`;
}

function Problem({ error, status }) {
  if (!error && !["rejected", "undeliverable"].includes(status)) return null;
  return html`<div class="talk-problem"><${Icon} name="alert" size=${14} /><span class="breaks">${error ? html`<strong class="num">${error.code}</strong> ${error.reason}` : status}</span></div>`;
}

/** Which step of a failover or workflow it is. */
function Step({ message }) {
  const { workflow_id: failover, item, items, dispatch_uuid: dispatch, step } = message;
  const id = failover ?? dispatch;
  if (!id) return null;
  const label = failover ? `failover ${item} of ${items}` : `workflow step ${(step ?? 0) + 1}`;
  return html`<a class="talk-step" href=${href("messages", { q: `workflow:${id}` })} title=${`All messages of ${id}`}><${Icon} name="redo" size=${12} />${label}</a>`;
}

const WEBHOOKS = {
  delivered: { tone: "ok", icon: "check", label: "webhook delivered" },
  pending: { tone: "warn", icon: "clockface", label: "webhook on its way" },
  gave_up: { tone: "bad", icon: "close", label: "webhook given up" },
  abandoned: { tone: "bad", icon: "close", label: "webhook abandoned" },
};

/** In words what became of a webhook, and how that is to be taken. */
export function webhookWords(delivery) {
  const last = list(delivery.attempts).at(-1);
  if (delivery.state === "dropped" && !delivery.url) return { tone: "", icon: "link", label: "no URL for it", text: "no URL" };
  if (delivery.state === "dropped") return { tone: "warn", icon: "alert", label: "webhook dropped on purpose", text: "dropped" };
  const found = WEBHOOKS[delivery.state] ?? WEBHOOKS.pending;
  if (!last) return { ...found, text: delivery.state === "pending" ? "waiting" : delivery.state.replace("_", " ") };
  const answer = last.status ?? last.error ?? "no answer";
  if (delivery.state === "pending") return { tone: "bad", icon: "alert", label: `webhook refused (${answer}), tried again later`, text: String(answer) };
  return { ...found, label: `${found.label} (${answer})`, text: last.status ? String(last.status) : found.label.replace("webhook ", "") };
}

function Webhook({ delivery }) {
  if (!delivery) return null;
  const { tone, icon, label, text } = webhookWords(delivery);
  return html`<a class=${classes("talk-webhook", tone && `tone-${tone}`)} href=${href(["deliveries", delivery.id])} title=${label} aria-label=${label}><${Icon} name=${icon} size=${12} /><span>${text}</span></a>`;
}

/** What was made of a message later: revoked, read, typing shown. */
function updatesOf(message) {
  const updates = list(message.updates);
  const typing = updates.findLast((each) => each.replying_indicator)?.replying_indicator;
  return { isRevoked: updates.some((each) => each.status === "revoked"), isRead: updates.some((each) => each.status === "read"), isTyping: Boolean(typing?.show) };
}

function Foot({ message, delivery, isRead, onMore }) {
  const { sms } = message;
  const price = priceOf(message);
  const isOut = message.direction === "outbound";
  return html`<div class="bubble-foot talk-foot">
    <${Step} message=${message} />
    ${sms && html`<span class="nowrap" title=${`${sms.units} units of ${ENCODINGS[sms.encoding] ?? sms.encoding}`}>${count(sms.parts, "part")} ${ENCODINGS[sms.encoding] ?? sms.encoding}</span>`}
    ${price && html`<span class="num nowrap">${price}</span>`}
    ${!isOut && html`<${Webhook} delivery=${delivery} />`}
    ${isRead && html`<${Chip} tone="info">marked as read<//>`}
    <${Time} at=${message.at} as="short" />
    ${isOut && html`<${Status} status=${message.status} bare error=${errorOf(message)} />`}
    <${IconButton} icon="more" label="More of this message" small class="talk-more" onClick=${onMore} />
  </div>`;
}

function Reactions({ reactions }) {
  if (!reactions?.length) return null;
  return html`<div class="talk-reactions">${reactions.map(({ emoji, message }) => html`<a key=${message.message_uuid} class="talk-reaction" href=${href(["messages", message.message_uuid])}
    title=${`${message.direction === "outbound" ? "Your system" : "The user"} reacted`} aria-label=${`Reaction ${emoji} by ${message.direction === "outbound" ? "your system" : "the user"}`}>${emoji}</a>`)}</div>`;
}

/**
 * @param {object} props
 * @param {import("./thread.js").Row} props.row
 * @param {object[]} props.templates  those the account knows
 * @param {object|null} props.delivery  the webhook that brought an inbound message
 * @param {(message: object) => void} props.onMore
 * @param {(choice: object, message: object) => any} props.onPress
 */
export function MessageRow({ row, templates, delivery, onMore, onPress }) {
  const { message, side, quoted, reactions } = row;
  const uuid = answered(message);
  const { isRevoked, isRead, isTyping } = updatesOf(message);
  const isBad = hasFailed(message);
  return html`<div class=${classes("bubble", `is-${side}`, isBad && "is-bad", isRevoked && "is-revoked", reactions?.length && "has-reactions")}>
    <span class="sr-only">${side === "out" ? "Your system" : "The user"}, ${message.kind}: </span>
    ${uuid && html`<${Quote} quoted=${quoted} uuid=${uuid} />`}
    ${isRevoked && html`<div class="muted small row"><${Icon} name="trash" size=${13} />Revoked: the user no longer sees this</div>`}
    <div class="talk-content"><${Content} message=${message} templates=${templates} onPress=${side === "out" && !isRevoked ? (choice) => onPress(choice, message) : null} /></div>
    <${Problem} error=${errorOf(message)} status=${message.status} />
    <${Findings} findings=${list(message.findings)} entry=${message.entry} />
    <${Foot} message=${message} delivery=${delivery} isRead=${isRead} onMore=${() => onMore(message)} />
    <${Reactions} reactions=${reactions} />
  </div>
  ${isTyping && html`<div class="muted small talk-typing">Your system shows that it is typing</div>`}`;
}

/** Whether the nearest valid choice is not told by the reason already. */
function isNews({ nearest, reason }) {
  const near = words(nearest);
  return near !== null && !reason.includes(near);
}

export function RefusedRow({ entry }) {
  const { status, violations = [], reason, method, path } = entry.request;
  const { kind, text } = wantedBy(entry);
  return html`<div class="bubble is-out is-bad talk-refused">
    <div class="row wrap"><${Icon} name="close" size=${14} /><strong>Refused</strong><${Chip} tone="bad"><span class="num">${status}</span><//>${kind && html`<span class="muted small">${words(kind)}</span>`}</div>
    ${text && html`<${Words} text=${text} class="talk-wanted" />`}
    <ul class="talk-violations">${violations.length ? violations.map((each, place) => html`<li key=${place}><code class="breaks">${each.name}</code>
      <span class="breaks">${clip(each.reason, 300)}</span>${isNews(each) && html`<span class="small breaks">nearest: <code>${clip(words(each.nearest) ?? "", 160)}</code></span>`}</li>`)
      : html`<li class="breaks">${reason ?? words(part(part(entry.request).answer).title) ?? entry.about}</li>`}</ul>
    <div class="bubble-foot talk-foot"><a href=${href(["journal", String(entry.id)])} title=${`${method} ${path}`}>journal entry ${entry.id}</a><${Time} at=${entry.at} as="short" /></div>
  </div>`;
}
