/** What a user can send on each channel, as forms: which kinds there are comes from the rules, their fields from here. */

import { held } from "./read.js";

const url = (ending, label = "URL") => ({ name: "url", label, value: `https://files.example.org/${ending}`, type: "url" });
const name = (value) => ({ name: "name", label: "Name", value, optional: true });
const caption = { name: "caption", label: "Caption", value: "", optional: true };

/** Members of media that only some channels pass on in v1; v0.1 tells other ones. */
const NAMED = ["mms", "rcs", "whatsapp"];

const media = (ending) => (channel, version) => [
  url(ending),
  ...(version === "v1" && NAMED.includes(channel) ? [name(ending)] : []),
  ...(version === "v1" && channel === "mms" ? [caption] : []),
];

const latitude = (member) => ({ name: member, label: "Latitude", value: "51.5072" });
const longitude = (member) => ({ name: member, label: "Longitude", value: "-0.1276" });
const place = [{ name: "name", label: "Name", value: "", optional: true }, { name: "address", label: "Address", value: "", optional: true }];
const json = (member, label, value) => ({ name: member, label, value: JSON.stringify(value), type: "json" });

const FIELDS = {
  text: () => [{ name: "text", label: "Text", value: "", type: "long" }],
  image: media("photo.jpg"),
  audio: media("voice.mp3"),
  video: media("clip.mp4"),
  file: media("bill.pdf"),
  vcard: media("card.vcf"),
  sticker: () => [url("wave.webp")],
  location: (channel, version) =>
    channel === "whatsapp" && version === "v0.1"
      ? [latitude("latitude"), longitude("longitude"), ...place]
      : [latitude("lat"), longitude("long"), ...(channel === "rcs" ? [] : place)],
  contacts: () => [json("contacts", "Contacts", [{ name: { formatted_name: "Ida Bo" }, phones: [{ phone: "447700900153", type: "work" }] }])],
  button: (channel, version) => [
    channel === "whatsapp" && version === "v1" ? json("payload", "Payload", { payload: "YES" }) : { name: "payload", label: "Payload", value: "YES" },
    { name: "text", label: "Text", value: "Yes" },
  ],
  reply: (channel) => [
    { name: "id", label: "Id", value: "choice-1" },
    { name: "title", label: "Title", value: "Yes" },
    ...(channel === "whatsapp" ? [{ name: "description", label: "Description", value: "", optional: true }] : []),
  ],
  order: () => [
    { name: "catalog_id", label: "Catalogue", value: "280000000000000" },
    json("product_items", "Items", [{ product_retailer_id: "sku-1", quantity: "2", item_price: "4.50", currency: "EUR" }]),
  ],
  reaction: () => [
    { name: "action", label: "Action", value: "react", options: ["react", "unreact"] },
    { name: "emoji", label: "Emoji", value: "\u{1F44D}", optional: true },
  ],
  unsupported: () => [],
};

/** Fields of a kind that nobody has foreseen: none, so that the server makes its content up. */
export const fieldsOf = (kind, channel, version) => FIELDS[kind]?.(channel, version) ?? [];

/**
 * The kinds that can come in on a channel, and the versions each can come in by.
 * @param {object[]} rows  the capability rows of the rules
 * @returns {{kind: string, versions: string[]}[]}
 */
export function kindsOf(rows, channel) {
  const found = new Map();
  for (const each of rows) {
    if (each.channel !== channel || each.direction !== "inbound" || each.state !== "supported") continue;
    found.set(each.kind, [...(found.get(each.kind) ?? []), each.dialect]);
  }
  const order = Object.keys(FIELDS);
  return [...found].map(([kind, versions]) => ({ kind, versions })).sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}

/** Kinds whose members are named otherwise in the other version: which it is must then be said. */
const SAYS_VERSION = ["image", "audio", "video", "file", "vcard", "location", "button"];

/** The version a kind arrives in: the one chosen, else the likely one if it can, else the one that can. */
export function versionOf(chosen, likely, versions) {
  const wanted = chosen || likely;
  return versions.includes(wanted) ? wanted : versions.at(-1);
}

/**
 * The body of a reply.
 * @param {{kind: string, values: Record<string, string>, fields: object[], chosen: string, version: string, target: object|null}} form
 */
export function bodyOf({ kind, values, fields, chosen, version, target }) {
  const content = Object.fromEntries(fields.map((field) => [field.name, values[field.name] ?? field.value]));
  const members = Object.fromEntries(fields.map((field) => [field.name, field.type === "json" ? JSON.parse(content[field.name]) : content[field.name]]));
  if (kind === "reaction" && members.action === "unreact") members.emoji = "";
  const said = chosen || target || SAYS_VERSION.includes(kind) ? { version } : {};
  return { kind, ...said, ...held(members), ...contextOf(target, version) };
}

/** What says that a message answers another; only v1 has it. */
export function contextOf(target, version) {
  if (!target || version !== "v1") return {};
  if (target.channel === "viber") return { context: { message_uuid: target.message_uuid } };
  if (target.channel !== "whatsapp") return {};
  return { context: { message_uuid: target.message_uuid, message_from: target.from }, context_status: "available" };
}
