/** Cards, buttons and lists of every provider's own shape, read into one. Pure; knows nothing of how they are drawn. */

import { firstOf, held, list, part, words } from "./read.js";

/**
 * @typedef {object} Choice  something in a message that the user can press
 * @property {string} label
 * @property {string|null} [description]
 * @property {string|null} [icon]
 * @property {object|null} [press]  the message of the user that pressing it causes: {kind, ...content}
 * @property {string|null} [ask]  a kind whose form is to be filled in first
 * @property {string|null} [url]  where it leads instead
 * @property {string|null} [note]  what else it does, as "calls +44…"
 */

/**
 * @typedef {object} Card
 * @property {{type: string, url: string|null, name?: string|null}|null} [media]
 * @property {string|null} [title]
 * @property {string|null} [text]
 * @property {string|null} [footer]
 * @property {{title: string|null, choices: Choice[]}[]} [sections]
 * @property {Choice[]} choices
 */

/** @typedef {{cards: Card[], isCarousel?: boolean, choices: Choice[]}} Rich */

/**
 * Read what a message offers; null where it is nothing that this knows.
 * @param {object} message  as the control API shows it
 * @returns {Rich|null}
 */
export function readRich(message) {
  const { channel, kind, content } = message;
  const found = part(content);
  if (channel === "rcs") return readRcs(kind, found, part(message.options));
  if (channel === "viber") return readViber(kind, found, part(message.options));
  if (kind !== "custom") return null;
  if (channel === "messenger") return readMessenger(found);
  if (channel === "whatsapp") return readWhatsapp(found);
  return null;
}

const fileAt = (value, type) => {
  const found = part(value);
  const url = firstOf(found.link, found.url, typeof value === "string" ? value : null);
  return url || words(found.id) ? { type, url, name: words(found.filename ?? found.id) } : null;
};

const leads = (label, url, icon = "external") => ({ label: label ?? url ?? "Open", url, icon });

// RCS: our own shape, and that of the provider inside `custom`.

function readRcs(kind, content, options) {
  const choices = list(options.suggestions).map(suggestion);
  if (kind === "card") return { cards: [rcsCard(content)], choices };
  if (kind === "carousel") return { cards: list(content.cards).map(rcsCard), isCarousel: true, choices };
  if (kind === "custom") return readRbm(content);
  return choices.length ? { cards: [], choices } : null;
}

function rcsCard(card) {
  const found = part(card);
  const url = words(found.media_url);
  return {
    media: url ? { type: /\.(mp4|m4v|webm|mpe?g|h263)(\?|$)/i.test(url) ? "video" : "image", url, name: words(found.media_description) } : null,
    title: words(found.title),
    text: words(found.text),
    choices: list(found.suggestions).map(suggestion),
  };
}

const pressed = (suggested) => ({ kind: "button", ...held({ payload: words(suggested.postback_data), text: words(suggested.text) }) });

function suggestion(value) {
  const found = part(value);
  const label = words(found.text) ?? "Suggestion";
  switch (found.type) {
    case "dial":
      return { label, icon: "contact", note: `calls ${words(found.phone_number) ?? "nobody"}`, press: pressed(found) };
    case "view_location":
      return { label, icon: "location", note: `shows ${firstOf(found.pin_label, `${found.latitude}, ${found.longitude}`)}`, press: pressed(found) };
    case "share_location":
      return { label, icon: "location", note: "shares where the user is", ask: "location" };
    case "open_url":
    case "open_url_in_webview":
      return { label, icon: "external", url: words(found.url), note: words(found.description), press: pressed(found) };
    case "create_calendar_event":
      return { label, icon: "clockface", note: firstOf(found.title, found.start_time), press: pressed(found) };
    default:
      return { label, press: { kind: "reply", ...held({ id: words(found.postback_data), title: words(found.text) }) } };
  }
}

function readRbm(content) {
  const found = part(content.contentMessage ?? content);
  const rich = part(found.richCard);
  const carousel = part(rich.carouselCard ?? found.carouselCard);
  const alone = part(rich.standaloneCard ?? found.standaloneCard);
  const contents = list(carousel.cardContents);
  const cards = contents.length ? contents : alone.cardContent ? [alone.cardContent] : [];
  const file = part(found.contentInfo ?? found.uploadedRbmFile);
  const choices = list(found.suggestions).map(rbmSuggestion);
  const read = cards.map(rbmCard);
  if (words(found.text) || words(file.fileUrl)) {
    read.unshift({ isPlain: true, text: words(found.text), media: words(file.fileUrl) && { type: "file", url: words(file.fileUrl) }, choices: [] });
  }
  return read.length || choices.length ? { cards: read, isCarousel: contents.length > 1, choices } : null;
}

function rbmCard(value) {
  const found = part(value);
  const url = words(part(part(found.media).contentInfo).fileUrl);
  return {
    media: url ? { type: "image", url } : null,
    title: words(found.title),
    text: words(found.description),
    choices: list(found.suggestions).map(rbmSuggestion),
  };
}

function rbmSuggestion(value) {
  const reply = part(part(value).reply);
  const action = part(part(value).action);
  if (!part(value).action) {
    return { label: words(reply.text) ?? "Reply", press: { kind: "reply", ...held({ id: words(reply.postbackData), title: words(reply.text) }) } };
  }
  const as = (type, more = {}) => suggestion({ type, text: action.text, postback_data: action.postbackData, ...more });
  if (action.dialAction) return as("dial", { phone_number: part(action.dialAction).phoneNumber });
  if (action.openUrlAction) return as("open_url", { url: part(action.openUrlAction).url });
  if (action.shareLocationAction) return as("share_location");
  if (action.createCalendarEventAction) return as("create_calendar_event", part(action.createCalendarEventAction));
  const { latLong, label } = part(action.viewLocationAction);
  return as("view_location", { pin_label: label, latitude: part(latLong).latitude, longitude: part(latLong).longitude });
}

// Viber: a button that leads somewhere, under a text or an image.

function readViber(kind, content, options) {
  const action = part(options.action);
  if (kind === "custom") {
    const image = firstOf(content.image, content.url, content.img);
    const url = firstOf(content.action, part(content.button).url);
    if (!words(content.text) && !image && !url) return null;
    const choices = url ? [leads(firstOf(content.caption, part(content.button).text), url)] : [];
    return { cards: [{ isPlain: true, media: image ? { type: "image", url: image } : null, text: words(content.text), choices }], choices: [] };
  }
  return action.url || action.text ? { cards: [], choices: [leads(words(action.text), words(action.url))] } : null;
}

// Messenger: Facebook's message object. What is pressed arrives as text: the platform has no other kind for it.

function readMessenger(content) {
  const attachment = part(content.attachment);
  const payload = part(attachment.payload);
  const quick = list(content.quick_replies).map(quickReply);
  const elements = list(payload.elements);
  const cards = elements.length ? elements.map(messengerElement) : [];
  if (words(payload.text) || list(payload.buttons).length) {
    cards.unshift({ text: words(payload.text), choices: list(payload.buttons).map(messengerButton) });
  }
  if (["image", "video", "audio", "file"].includes(attachment.type)) {
    cards.push({ isPlain: true, media: fileAt(payload, attachment.type), choices: [] });
  }
  if (words(content.text)) cards.unshift({ isPlain: true, text: words(content.text), choices: [] });
  return cards.length || quick.length ? { cards, isCarousel: elements.length > 1, choices: quick } : null;
}

function messengerElement(value) {
  const found = part(value);
  const url = words(found.image_url ?? found.url);
  return {
    media: url ? { type: "image", url } : null,
    title: words(found.title),
    text: words(found.subtitle),
    choices: list(found.buttons).map(messengerButton),
  };
}

function messengerButton(value) {
  const found = part(value);
  const label = words(found.title) ?? words(found.type) ?? "Button";
  if (found.type === "web_url") return leads(label, words(found.url));
  if (found.type === "phone_number") return { label, icon: "contact", note: `calls ${words(found.payload) ?? "nobody"}` };
  return { label, press: { kind: "text", text: label }, note: found.payload === undefined ? null : `carries ${words(found.payload)}` };
}

function quickReply(value) {
  const found = part(value);
  if (found.content_type === "location") return { label: "Send location", icon: "location", ask: "location" };
  const label = words(found.title) ?? words(found.content_type) ?? "Reply";
  return { label, press: { kind: "text", text: label } };
}

// WhatsApp: Meta's message object.

function readWhatsapp(content) {
  if (content.type !== "interactive") return null;
  const card = interactive(part(content.interactive));
  const says = card.media || card.title || card.text || card.footer || card.choices.length || card.sections.length;
  return says ? { cards: [card], choices: [] } : null;
}

/** The pieces of a template that came as a `custom` object: its name, what is filled in, and what can be pressed. */
export function readTemplate(content, version) {
  const template = part(content.template);
  const components = list(template.components).map(part);
  const header = part(list(components.find((each) => each.type === "header")?.parameters)[0]);
  const body = list(components.find((each) => each.type === "body")?.parameters).map(part);
  const buttons = components.filter((each) => each.type === "button");
  const name = words(template.name) ?? "template";
  return {
    name: template.namespace && !name.includes(":") ? `${words(template.namespace)}:${name}` : name,
    locale: firstOf(part(template.language).code, template.language),
    parameters: body.map((each) => firstOf(each.text, part(each.currency).fallback_value, part(each.date_time).fallback_value) ?? ""),
    header: header.type === "text" ? words(header.text) : null,
    media: ["image", "video", "document"].includes(header.type) ? fileAt(header[header.type], header.type === "document" ? "file" : header.type) : null,
    location: header.type === "location" ? part(header.location) : null,
    choices: buttons.map((each, place) => templateButton(each, place, version)),
  };
}

function templateButton(button, place, version) {
  const found = part(list(button.parameters)[0]);
  const number = Number(button.index ?? place) + 1;
  if (button.sub_type === "url") return { label: `Button ${number}`, icon: "external", note: `leads to …${words(found.text) ?? ""}` };
  const payload = firstOf(found.payload, found.text) ?? "";
  return { label: payload || `Button ${number}`, note: `button ${number}`, press: templatePress(payload, version) };
}

/** A quick reply of a template arrives as a button: its payload is text in v0.1 and an object in v1. */
export const templatePress = (payload, version) => ({
  kind: "button",
  payload: version === "v1" ? { payload } : payload,
  text: payload,
  version,
});

function interactive(found) {
  const header = part(found.header);
  const action = part(found.action);
  const kind = ["image", "video", "document"].find((each) => header.type === each);
  return {
    media: kind ? fileAt(header[kind], kind === "document" ? "file" : kind) : null,
    title: words(header.text),
    text: words(part(found.body).text),
    footer: words(part(found.footer).text),
    sections: list(action.sections).map((each) => section(part(each), found.type)),
    choices: interactiveChoices(found.type, action),
    opens: found.type === "list" ? words(action.button) : null,
  };
}

const replies = (value) => {
  const found = part(value);
  const title = words(found.title) ?? "Reply";
  return { label: title, description: words(found.description), press: { kind: "reply", ...held({ id: words(found.id), title, description: words(found.description) }) } };
};

const orders = (catalogue, product) => ({
  kind: "order",
  ...held({ catalog_id: words(catalogue) }),
  product_items: [{ product_retailer_id: words(product) ?? "sku-1", quantity: "1", item_price: "1.00", currency: "EUR" }],
});

function section(found, type) {
  if (type === "product_list") return { title: words(found.title), choices: list(found.product_items).map((each) => product(null, part(each).product_retailer_id)) };
  return { title: words(found.title), choices: list(found.rows).map(replies) };
}

const product = (catalogue, id) => ({ label: words(id) ?? "Product", icon: "file", note: "orders one", press: orders(catalogue, id) });

function interactiveChoices(type, action) {
  const parameters = part(action.parameters);
  switch (type) {
    case "button":
      return list(action.buttons).map((each) => replies(part(part(each).reply)));
    case "cta_url":
      return [leads(words(parameters.display_text), words(parameters.url))];
    case "flow": {
      const label = words(parameters.flow_cta) ?? "Open the form";
      const payload = held({ flow_token: words(parameters.flow_token) ?? "flow-token" });
      return [{ label, icon: "rules", note: "sends the form back", press: { kind: "button", payload, text: "Sent", subtype: "flow", version: "v1" } }];
    }
    case "location_request_message":
      return [{ label: "Send location", icon: "location", ask: "location" }];
    case "product":
      return [product(action.catalog_id, action.product_retailer_id)];
    case "catalog_message":
      return [{ ...product(null, parameters.thumbnail_product_retailer_id), label: "View catalogue" }];
    default:
      return [];
  }
}
