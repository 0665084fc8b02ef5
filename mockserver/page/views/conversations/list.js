/** The conversations of an account, newest first, and a way to begin one. */

import { html, useState } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { go, setQuery } from "../../lib/router.js";
import { Button, Dialog, Empty, ErrorBox, Field, FirstMessage, IconButton, Loading, Select, Status, Time } from "../../lib/ui.js";
import { Windowed } from "../../lib/windowed.js";
import { idOf } from "./thread.js";

const FACES = { sms: "SMS", mms: "MMS", rcs: "RCS", whatsapp: "WA", messenger: "FB", viber: "Vb" };

/** The mark of a channel. */
export function Face({ channel }) {
  return html`<span class="conversations-face" aria-hidden="true">${FACES[channel] ?? "?"}</span>`;
}

const WORDS = { image: "Image", audio: "Audio", video: "Video", file: "File", vcard: "Contact card", sticker: "Sticker", location: "Location", contacts: "Contact", content: "Attachments", template: "Template", custom: "Custom", card: "Card", carousel: "Carousel", order: "Order", unsupported: "Unsupported", reaction: "Reaction" };

/** Kinds whose texts, put one after the other, tell nothing. */
const SHAPELESS = ["custom", "card", "carousel", "contacts", "content", "order"];

/** What was said last, on one line. */
function Preview({ last }) {
  if (!last) return html`<span class="tone-bad">Refused</span>`;
  const word = WORDS[last.kind];
  const text = typeof last.text === "string" && !SHAPELESS.includes(last.kind) ? format.clip(last.text, 140) : "";
  return html`${last.direction === "outbound" && html`<${Status} status=${last.status} bare />`}
    <span class="clip grow" dir="auto">${word && html`<span class="conversations-kind">${word}</span>${text && " "}`}${text || (word ? "" : last.kind)}</span>`;
}

/** How often something went wrong. */
function Count({ count, tone, icon, about }) {
  if (!count) return null;
  return html`<span class=${`conversations-count num tone-${tone}`} title=${about}><${Icon} name=${icon} size=${12} /><span aria-hidden="true">${count}</span><span class="sr-only">${about}</span></span>`;
}

function Item({ each }) {
  const { channel, user, sender, name, last, last_at: at, violations, findings } = each;
  return html`<div class="conversations-item"><${Face} channel=${channel} />
    <div class="grow"><div class="row"><strong class="clip grow" dir="auto">${name ?? user}</strong><span class="muted small"><${Time} at=${at} as="short" /></span></div>
      <div class="row conversations-last"><${Preview} last=${last} /></div>
      <div class="row small muted"><span class="clip grow">${format.channel(channel)}${name && html` · <span dir="auto">${user}</span>`} · <span dir="auto">${sender || "no sender"}</span></span>
        <${Count} count=${violations} tone="bad" icon="close" about=${`${format.count(violations, "send")} refused`} />
        <${Count} count=${findings} tone="warn" icon="alert" about=${`${format.count(findings, "send")} with findings`} /></div></div>
  </div>`;
}

/** Address a user has where the tester gives none, by channel; the platform's ids look otherwise. */
const EXAMPLES = { messenger: ["2233445566778899", "104455667788990"], rcs: ["447700900123", "AcmeAgent"], viber: ["447700900123", "20417"], mms: ["12015550199", "12015550123"] };

function Begin({ channels, onClose }) {
  const [channel, setChannel] = useState("sms");
  const [user, setUser] = useState("");
  const [sender, setSender] = useState("");
  const [exampleUser, exampleSender] = EXAMPLES[channel] ?? ["447700900123", "447700900010"];
  const begin = (event) => {
    event.preventDefault();
    onClose();
    go(["conversations", idOf(channel, user.trim() || exampleUser, sender.trim() || exampleSender)]);
  };
  return html`<${Dialog} title="Write as a user" onClose=${onClose}>
    <form class="stack" onSubmit=${begin}>
      <${Field} label="Channel">${(props) => html`<${Select} value=${channel} options=${Object.keys(channels).map((each) => ({ value: each, label: format.channel(each) }))} onChange=${setChannel} ...${props} />`}<//>
      <${Field} label="The user" hint="Who writes: an address, or on Messenger an id">${(props) => html`<input class="input" value=${user} placeholder=${exampleUser} onInput=${(event) => setUser(event.target.value)} ...${props} />`}<//>
      <${Field} label="To" hint="The sender of your system they write to">${(props) => html`<input class="input" value=${sender} placeholder=${exampleSender} onInput=${(event) => setSender(event.target.value)} ...${props} />`}<//>
      <div class="form-actions"><${Button} kind="primary" type="submit">Begin<//></div>
    </form><//>`;
}

/** How a first conversation comes to be. */
export function Teach({ account }) {
  return html`<p>Send a first message:</p><${FirstMessage} account=${account} /><p>Or write as a user, with the plus beside the title.</p>`;
}

function Nothing({ query, account }) {
  if (query.q || query.channel) {
    return html`<${Empty} icon="search" title="No conversation fits"><p>Nothing in ${query.channel ? format.channel(query.channel) : "any channel"} fits ${query.q ? html`<code>${query.q}</code>` : "so far"}.</p>
      <div><${Button} onClick=${() => setQuery({ q: null, channel: null })}>Show all<//></div><//>`;
  }
  return html`<${Empty} icon="conversations" title="No conversation yet"><p>Each user who is written to, or writes, appears here at once.</p>
    <div class="stack conversations-teach"><${Teach} account=${account} /></div><//>`;
}

/** @param {{list: object, selected: string|null, query: object, account: string|null, channels: object|undefined}} props */
export function Conversations({ list, selected, query, account, channels }) {
  const [isBeginning, setBeginning] = useState(false);
  const names = Object.keys(channels ?? {});
  const Title = selected ? "h2" : "h1";
  const count = list.items && (list.isWhole ? format.number(list.items.length) : `${format.number(list.items.length)}+`);
  return html`<section class="conversations-list" aria-label="All conversations">
    <header class="conversations-head"><${Title} class="conversations-title">Conversations<//><span class="muted num">${count}</span>
      <${Select} class="input select conversations-filter" aria-label="Channel" value=${query.channel ?? ""} options=${[{ value: "", label: "All channels" }, ...names.map((each) => ({ value: each, label: format.channel(each) }))]}
        onChange=${(channel) => setQuery({ channel: channel || null })} />
      <${IconButton} icon="plus" label="Write as a user" disabled=${!names.length} onClick=${() => setBeginning(true)} /></header>
    ${list.error && html`<${ErrorBox} error=${list.error} onRetry=${list.reload} />`}
    ${list.isLoading ? html`<${Loading} lines=${8} />`
      : list.items?.length ? html`<${Windowed} items=${list.items} id=${(each) => each.id} label="Conversations" estimate=${79} selected=${selected}
          onOpen=${(each) => go(["conversations", each.id], query)} onEnd=${list.more} total=${list.isWhole ? list.items.length : -1}>${(each) => html`<${Item} each=${each} />`}<//>`
      : !list.error && html`<${Nothing} query=${query} account=${account} />`}
    ${isBeginning && html`<${Begin} channels=${channels} onClose=${() => setBeginning(false)} />`}
  </section>`;
}
