/** What a message says, drawn for what it is. Media is never loaded; nothing here is taken for markup. */

import { html, useState } from "../../vendor/preact.js";
import { count } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Button, classes, Json, Media, SafeUrl } from "../../lib/ui.js";
import { Place } from "./place.js";
import { firstOf, list, part, words } from "./read.js";
import { readRich, readTemplate } from "./rich.js";

const LONG = 700;
const URLS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** A text with its links; a long one is cut until it is asked for. */
export function Words({ text, class: more }) {
  const [isWhole, setWhole] = useState(false);
  const letters = text.length > LONG ? [...text] : null;
  const shown = letters && !isWhole ? `${letters.slice(0, LONG - 100).join("")}…` : text;
  const pieces = shown.split(URLS);
  return html`<div class=${classes("talk-words breaks", more)} dir="auto">${pieces.map((each, place) =>
    place % 2 ? html`<${SafeUrl} url=${each} copies=${false} />` : each)}</div>
  ${letters && html`<${Button} kind="quiet" small onClick=${() => setWhole(!isWhole)} aria-expanded=${isWhole}>
    ${isWhole ? "Show less" : `Show all ${count(letters.length, "character")}`}<//>`}`;
}

/**
 * Everything that can be pressed in one place, as rows.
 * @param {{choices: import("./rich.js").Choice[], onPress: (choice: object) => any, isAside?: boolean}} props
 */
export function Choices({ choices, onPress, isAside = false }) {
  if (!choices.length) return null;
  const isRow = isAside && choices.every((each) => !each.note && !each.url);
  return html`<ul class=${classes("talk-choices", isRow && "is-row")}>${choices.map((each, place) => html`<li key=${place}><${Choice} choice=${each} onPress=${onPress} /></li>`)}</ul>`;
}

function Choice({ choice, onPress }) {
  const { label, description, icon, url, note, press, ask } = choice;
  const canPress = Boolean(onPress && (press || ask));
  return html`<div class="talk-choice">
    ${canPress
      ? html`<${Button} kind="plain" icon=${icon} class="talk-press" title=${`Press as the user${note ? `: ${note}` : ""}`} onClick=${() => onPress(choice)}>
          <span class="talk-press-words"><span dir="auto">${label}</span>${description && html`<span class="muted small" dir="auto">${description}</span>`}</span><//>`
      : html`<div class="talk-press is-idle">${icon && html`<${Icon} name=${icon} />`}<span dir="auto">${label}</span></div>`}
    ${note && html`<div class="talk-note muted small breaks">${note}</div>`}
    ${url && html`<div class="talk-note small"><${SafeUrl} url=${url} /></div>`}
  </div>`;
}

function Card({ card, onPress }) {
  const { media, title, text, footer, sections = [], choices, opens, isPlain } = card;
  return html`<div class=${isPlain ? "talk-plain" : "talk-card"}>
    ${media && html`<${Media} type=${media.type} url=${media.url} name=${media.name} />`}
    ${title && html`<strong class="breaks" dir="auto">${title}</strong>`}
    ${text && html`<${Words} text=${text} />`}
    ${footer && html`<div class="muted small breaks" dir="auto">${footer}</div>`}
    ${opens && html`<div class="talk-opens small muted">${opens}</div>`}
    ${sections.map((each, place) => html`<div key=${place}>${each.title && html`<div class="talk-section small muted" dir="auto">${each.title}</div>`}<${Choices} choices=${each.choices} onPress=${onPress} /></div>`)}
    <${Choices} choices=${choices} onPress=${onPress} />
  </div>`;
}

function Rich({ rich, onPress }) {
  const cards = rich.cards.map((each, place) => html`<${Card} key=${place} card=${each} onPress=${onPress} />`);
  return html`<div class="talk-rich">
    ${rich.isCarousel && cards.length > 1
      ? html`<div class="talk-carousel" role="group" tabindex="0" aria-label=${`Carousel of ${count(cards.length, "card")}`}>${cards}</div>`
      : cards}
    <${Choices} choices=${rich.choices} onPress=${onPress} isAside />
  </div>`;
}

/** The text of a template with its parameters put in; each stays recognisable. */
function Filled({ body, parameters }) {
  const pieces = body.split(/(\{\{\s*\d+\s*\}\})/);
  return html`<div class="talk-words breaks" dir="auto">${pieces.map((each, place) => {
    if (place % 2 === 0) return each;
    const value = parameters[Number(each.replace(/\D/g, "")) - 1];
    return value === undefined
      ? html`<mark class="talk-filled is-missing" title="No parameter for this place">${each}</mark>`
      : html`<mark class="talk-filled" title=${each}>${value}</mark>`;
  })}</div>`;
}

function Template({ name, locale, parameters, header, media, location, choices = [], known, onPress }) {
  return html`<div class="talk-card">
    ${media && html`<${Media} type=${media.type} url=${media.url} name=${media.name} />`}
    ${location && html`<${Place} value=${location} />`}
    ${header && html`<strong class="breaks" dir="auto">${header}</strong>`}
    ${known?.body ? html`<${Filled} body=${known.body} parameters=${parameters} />`
      : parameters.length > 0 && html`<ol class="talk-parameters" aria-label="Parameters">${parameters.map((each, place) => html`<li key=${place}><code>${`{{${place + 1}}}`}</code> <span class="breaks" dir="auto">${each}</span></li>`)}</ol>`}
    <div class="row small muted"><${Icon} name="rules" size=${12} /><span class="breaks">template <code>${name}</code>${locale && ` · ${locale}`}</span></div>
    ${!known?.body && html`<div class="small muted">${known ? "Registered without its text." : "Its text is not known: register it under provider.templates."}</div>`}
    <${Choices} choices=${choices} onPress=${onPress} />
  </div>`;
}

const NAMES = ["formatted_name", "first_name", "last_name"];

function Contact({ value }) {
  const found = part(value);
  const name = part(found.name);
  const whole = words(name.formatted_name) ?? NAMES.slice(1).map((each) => words(name[each])).filter(Boolean).join(" ");
  const lines = [
    ...list(found.phones).map((each) => [part(each).phone, part(each).type]),
    ...list(found.emails).map((each) => [part(each).email, part(each).type]),
    ...list(found.urls).map((each) => [part(each).url, part(each).type]),
    ...list(found.addresses).map((each) => [["street", "city", "state", "zip", "postal_code", "country"].map((name) => words(part(each)[name])).filter(Boolean).join(", "), part(each).type]),
    [part(found.org).company, part(found.org).title],
    [found.birthday, "birthday"],
  ];
  return html`<div class="talk-contact"><span class="talk-face"><${Icon} name="contact" size=${18} /></span>
    <div class="grow"><strong class="breaks" dir="auto">${whole || "No name"}</strong>
      ${lines.filter(([value]) => words(value)).map(([value, type], place) => html`<div key=${place} class="breaks"><span dir="auto">${words(value)}</span>${words(type) && html`<span class="muted small"> ${words(type)}</span>`}</div>`)}
    </div></div>`;
}

function Order({ value }) {
  const items = list(value.product_items).map(part);
  return html`<div class="talk-card"><strong>Order</strong>
    <ul class="talk-order">${items.map((each, place) => html`<li key=${place}><span class="num">${words(each.quantity) ?? "?"} ×</span><span class="grow breaks">${words(each.product_retailer_id) ?? "?"}</span><span class="num">${words(each.item_price) ?? "?"} ${words(each.currency) ?? ""}</span></li>`)}</ul>
    <div class="small muted breaks">catalogue ${words(value.catalog_id) ?? "?"}</div>
  </div>`;
}

/** What a user pressed. */
function Pressed({ label, description, value }) {
  return html`<div><div class="row"><${Icon} name="check" size=${14} /><strong class="breaks" dir="auto">${label}</strong></div>
    ${description && html`<div class="muted small breaks" dir="auto">${description}</div>`}
    ${value && html`<div class="muted small">carries <code class="breaks">${value}</code></div>`}</div>`;
}

/** Whether an ad or a product page brought the user here. */
function Referral({ options }) {
  const { referral, whatsapp_referred_product: product } = part(options.whatsapp);
  if (product) return html`<div class="talk-quote"><span class="small muted">asked from a product page</span><span class="breaks">${words(part(product).product_retailer_id)}</span></div>`;
  if (!referral) return null;
  const { headline, body, source_url: url } = part(referral);
  return html`<div class="talk-quote"><span class="small muted">came by an ad</span><strong class="breaks" dir="auto">${words(headline)}</strong><span class="breaks" dir="auto">${words(body)}</span>${words(url) && html`<span class="small"><${SafeUrl} url=${words(url)} /></span>`}</div>`;
}

const MEDIA = ["image", "audio", "video", "file", "vcard", "sticker"];

function Mediums({ kind, content, options }) {
  const notes = [options.duration && `${words(options.duration)} s`, options.file_size && `${words(options.file_size)} MB`, content.thumb_url && "with a still"].filter(Boolean);
  const type = kind === "vcard" ? "file" : kind;
  return html`<${Media} type=${type} url=${words(content.url)} name=${firstOf(content.name, content.id)} />
    ${kind === "vcard" && html`<div class="small muted row"><${Icon} name="contact" size=${14} />contact card</div>`}
    ${notes.length > 0 && html`<div class="small muted">${notes.join(" · ")}</div>`}
    ${words(content.caption) && html`<${Words} text=${words(content.caption)} />`}`;
}

/** A `custom` object of WhatsApp that is nothing to be pressed. */
function customOf(content) {
  if (content.type === "location") return html`<${Place} value=${content.location} />`;
  const contacts = list(content.contacts ?? (content.contact && [content.contact]));
  if (["contacts", "contact"].includes(content.type) && contacts.length) return contacts.map((each, place) => html`<${Contact} key=${place} value=${each} />`);
  if (content.type === "text" || (content.type === undefined && typeof content.text === "string")) return html`<${Words} text=${firstOf(part(content.text).body, content.text) ?? ""} />`;
  if (MEDIA.includes(content.type) || content.type === "document") {
    const found = part(content[content.type]);
    return html`<${Mediums} kind=${content.type === "document" ? "file" : content.type} content=${{ url: found.link ?? found.url, name: found.filename ?? found.id, caption: found.caption }} options=${{}} />`;
  }
  return html`<${Json} value=${content} label="Custom content" />`;
}

/**
 * The content of a message.
 * @param {{message: object, templates: object[], onPress?: (choice: object) => any}} props  `templates`: those the account knows
 */
export function Content({ message, templates, onPress }) {
  const { kind, channel, version } = message;
  const content = part(message.content);
  const options = part(message.options);
  const rich = message.direction === "outbound" ? readRich(message) : null;
  const known = (name) => templates.find((each) => each.name === name && each.channel === channel);
  if (kind === "template") {
    const name = words(content.name) ?? "template";
    const parameters = list(content.parameters).map((each) => firstOf(part(each).default, each) ?? "");
    return html`<${Template} name=${name} locale=${words(options.locale)} parameters=${parameters} known=${known(name)} onPress=${onPress} />`;
  }
  if (kind === "custom" && content.type === "template" && part(content.template).name) {
    const template = readTemplate(content, version);
    return html`<${Template} ...${template} known=${known(template.name)} onPress=${onPress} />`;
  }
  const under = rich && html`<${Rich} rich=${rich} onPress=${onPress} />`;
  if (kind === "text") return html`<${Referral} options=${options} /><${Words} text=${words(content.text) ?? ""} />${under}`;
  if (MEDIA.includes(kind)) return html`<${Mediums} kind=${kind} content=${content} options=${options} />${under}`;
  if (under) return under;
  switch (kind) {
    case "content":
      return list(content.content).map((each, place) => html`<${Mediums} key=${place} kind=${words(part(each).type) ?? "file"} content=${part(each)} options=${{}} />`);
    case "location":
      return html`<${Place} value=${content} />`;
    case "contacts":
      return list(content.contacts).map((each, place) => html`<${Contact} key=${place} value=${each} />`);
    case "order":
      return html`<${Order} value=${content} />`;
    case "reply":
      return html`<${Pressed} label=${words(content.title) ?? "Reply"} description=${words(content.description)} value=${words(content.id)} />`;
    case "button":
      return html`<${Pressed} label=${firstOf(content.text, content.subtype) ?? "Button"} value=${words(content.payload)} />`;
    case "reaction":
      return content.action === "unreact"
        ? html`<span class="muted">took a reaction back</span>`
        : html`<span class="row"><span class="talk-emoji">${words(content.emoji) ?? "?"}</span><span class="muted">reacted</span></span>`;
    case "unsupported":
      return html`<div class="muted row"><${Icon} name="lock" size=${14} />Something that ${message.direction === "inbound" ? "the platform does not pass on" : "is not supported"}</div>
        ${words(options.provider_message) && html`<div class="small breaks">${words(options.provider_message)}</div>`}`;
    case "custom":
      return customOf(content);
    default:
      return html`<${Json} value=${content} label=${`${kind} content`} />`;
  }
}
