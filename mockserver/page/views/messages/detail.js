/** Everything of one message: what it says, where it stands, its timeline, its webhooks. */

import { html, useState } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import * as format from "../../lib/format.js";
import { useQuery } from "../../lib/live.js";
import { href } from "../../lib/router.js";
import { Button, Chip, classes, CloseLink, ErrorBox, Id, Json, KeyValues, Loading, Media, Status, Time, toast } from "../../lib/ui.js";
import { Findings } from "../journal/rules.js";
import { idOf } from "../conversations/thread.js";
import { MoveDialog, ReplyDialog } from "./actions.js";
import { pointsOf } from "./points.js";
import { errorOf } from "./row.js";
import { Steps, Timeline } from "./timeline.js";

const MEDIA = ["image", "audio", "video", "file", "sticker"];
const STATES = { delivered: "ok", pending: "info", gave_up: "bad", abandoned: "warn", dropped: "warn" };

/** The content as what it is, where it is a text or media; else null: what is only JSON comes after the timeline. */
function contentOf(message) {
  const { content, kind } = message;
  const isText = typeof content?.text === "string" && Object.keys(content).length === 1;
  if (isText) return html`<p class="message-body" dir="auto">${content.text}</p>`;
  if (MEDIA.includes(kind) && typeof content?.url === "string") return html`<${Media} type=${kind} url=${content.url} name=${content.name} caption=${content.caption} />`;
  return null;
}

function Head({ message, request, query }) {
  const [open, setOpen] = useState(null);
  const isOut = message.direction === "outbound";
  const [user, sender] = isOut ? [message.to, message.from] : [message.from, message.to];
  const close = () => setOpen(null);
  return html`<header class="journal-head">
    <div class="row wrap"><h2>${format.channel(message.channel)} ${message.kind}</h2><${Chip}>${message.direction}<//><${Status} status=${message.status} error=${errorOf(message)} /><${CloseLink} href=${href("messages", query)} label="Close the message" /></div>
    <p class="journal-facts muted small"><${Id} id=${message.message_uuid} copies /><${Time} at=${message.at} as="precise" /><${Time} at=${message.at} as="ago" /><span>${message.version}</span></p>
    <div class="journal-links">
      <${Button} small icon="conversations" href=${href(["conversations", idOf(message.channel, user ?? "", sender ?? "")])}>Conversation<//>
      ${request && html`<${Button} small icon="journal" href=${href(["journal", request.id])}>Request #${request.id}<//>`}
      ${isOut && html`<${Button} small icon="check" onClick=${() => setOpen("move")}>Move status<//>`}
      ${isOut && html`<${Button} small icon="send" onClick=${() => setOpen("reply")}>Reply as the user<//>`}
    </div>
    ${open === "move" && html`<${MoveDialog} message=${message} onClose=${close} />`}
    ${open === "reply" && html`<${ReplyDialog} message=${message} onClose=${close} />`}
  </header>`;
}

function Facts({ message }) {
  const { sms } = message;
  const error = errorOf(message);
  return html`<${KeyValues} rows=${[
    ["From", html`<bdi>${message.from}</bdi>`],
    ["To", html`<bdi>${message.to}</bdi>`],
    ["Error", error && html`<span class="tone-bad"><span class="num">${error.code}</span> ${error.reason}</span>`],
    ["Parts", sms && `${sms.parts}, ${format.count(sms.units, "unit")} in ${sms.encoding}`],
    ["client_ref", message.client_ref && html`<code>${message.client_ref}</code>`],
    ["Application", message.application_id && html`<code>${message.application_id}</code>`],
    ["Webhooks to", message.webhook_url && html`<code>${message.webhook_url}</code>`],
    ["Options", Object.keys(message.options).length > 0 && html`<code>${JSON.stringify(message.options)}</code>`],
  ]} />`;
}

/** The items of a failover beside each other: those sent, this one among them, and those not tried. */
function Hops({ message, related }) {
  const workflow = message.workflow_id ?? message.dispatch_uuid;
  if (!workflow) return null;
  const numberOf = (each) => each.item ?? (each.step ?? 0) + 1;
  const sent = [...related].sort((one, other) => numberOf(one) - numberOf(other));
  const left = (message.items ?? sent.length) - sent.length;
  return html`<section class="journal-section" aria-label="Failover"><h3>${message.workflow_id ? "Failover" : "Dispatch"}</h3>
    <ol class="hops">${sent.map((each) => {
      const isThis = each.message_uuid === message.message_uuid;
      return html`<li key=${each.message_uuid}><a class=${classes("hop", isThis && "is-this")} href=${href(["messages", each.message_uuid])} aria-current=${isThis ? "true" : undefined}>
        <span class="muted num">${numberOf(each)}</span><span>${format.channel(each.channel)} ${each.kind}</span><${Status} status=${each.status} error=${errorOf(each)} /></a></li>`;
    })}${left > 0 && html`<li class="hop is-left muted">${format.count(left, "more")} not tried</li>`}</ol></section>`;
}

function Webhooks({ deliveries }) {
  if (deliveries.length === 0) return html`<p class="muted">None was written.</p>`;
  return html`<ul class="webhooks">${deliveries.map((each) => html`<li key=${each.id} class="webhook">
    <div class="webhook-words"><div class="row wrap"><a href=${href(["deliveries", each.id])}><strong>${each.event}</strong></a><${Chip} tone=${STATES[each.state]}>${each.state.replaceAll("_", " ")}<//>
      <span class="muted small">${format.count(each.attempts.length, "try", "tries")}${each.next_at && html`, next <${Time} at=${each.next_at} as="ago" />`}</span></div>
      <div class="muted small breaks">${each.url ?? "no URL to send it to"}</div></div>
    <${Button} small icon="redo" disabled=${!each.url} onClick=${() => post(`/deliveries/${encodeURIComponent(each.id)}/redeliver`).then(() => toast("Sent once more", { kind: "ok" }))}
      aria-label=${`Redeliver ${each.event}`}>Redeliver<//></li>`)}</ul>`;
}

/** Fetches the message, and the others of its failover. */
function useMessage(uuid) {
  const isOf = ({ entries, state }) => state.has("clock") || state.has("deliveries") || entries.some((each) => each.message_uuid === uuid || each.kind === "scenario");
  const held = useQuery(`/messages/${encodeURIComponent(uuid)}`, { refreshOn: isOf });
  const { message } = held.data ?? {};
  const workflow = message?.workflow_id ?? message?.dispatch_uuid;
  const { data } = useQuery(workflow ? "/messages" : null, { params: { workflow, limit: 20 }, refreshOn: ["entry:status", "entry:workflow", "entry:request"] });
  return { ...held, related: data?.messages ?? [] };
}

/** @param {{uuid: string, query: object}} props  `query` is that of the view, kept in the link that closes it */
export function Detail({ uuid, query }) {
  const { data, error, reload, related } = useMessage(uuid);
  const [active, setActive] = useState(null);
  if (error && (!data || error.status === 404)) return html`<div class="journal-detail"><${ErrorBox} error=${error} onRetry=${reload} /></div>`;
  if (!data) return html`<div class="journal-detail"><${Loading} lines=${6} /></div>`;
  const { message, journal, deliveries } = data;
  const content = contentOf(message);
  const points = pointsOf(data, related);
  const request = journal.find((each) => each.request);
  const findings = request?.request.findings ?? [];
  return html`<article class="journal-detail" aria-label=${`Message ${format.shortId(uuid)}`}>
    <${Head} message=${message} request=${request} query=${query} />
    <section class="message-what">${content}<${Facts} message=${message} /></section>
    <section class="journal-section" aria-label="Timeline"><h3>Timeline</h3>
      <div class="card line-card"><${Timeline} points=${points} active=${active} onActive=${setActive} /><${Steps} points=${points} active=${active} onActive=${setActive} /></div></section>
    <${Hops} message=${message} related=${related} />
    ${content === null && html`<section class="journal-section"><h3>Content</h3><${Json} value=${message.content} label="Content" /></section>`}
    <section class="journal-section" aria-label="Webhooks"><h3>Webhooks</h3><${Webhooks} deliveries=${deliveries} /></section>
    ${findings.length > 0 && html`<section class="journal-section" aria-label="Findings"><h3>${format.count(findings.length, "finding")}</h3><${Findings} findings=${findings} /></section>`}
  </article>`;
}
