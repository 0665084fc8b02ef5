/** Lays a talk out in rows: days, who said what, reactions at what they are about, refused sends where they happened. Pure. */

import { day, isOneDay } from "../../lib/format.js";
import { firstOf, part, words } from "./read.js";
import { readRich } from "./rich.js";

const TOGETHER_MS = 5 * 60_000;
const FAILED = ["rejected", "undeliverable"];

/** Whether a message went wrong. */
export const hasFailed = (message) => FAILED.includes(message.status);

/** The uuid of the message that this one answers or is about; null without. */
export const answered = (message) => words(part(part(message.options).context).message_uuid);

/**
 * @typedef {object} Happening  what a talk is made of: a message, or the journal entry of a send that was refused
 * @property {string} id
 * @property {string} at
 * @property {object} [message]
 * @property {object} [entry]
 */

/**
 * What a page of a conversation tells, newest first.
 * @param {{messages: object[], refused: object[]}} answer
 * @returns {Happening[]}
 */
export function happeningsOf({ messages, refused }) {
  const all = [
    ...messages.map((message) => ({ id: message.message_uuid, at: message.at, message })),
    ...refused.map((entry) => ({ id: `refused-${entry.id}`, at: entry.at, entry })),
  ];
  return all.sort((one, other) => (one.at > other.at ? -1 : one.at < other.at ? 1 : 0));
}

/**
 * @typedef {Happening & {side: "in"|"out", day: string|null, isFollowing: boolean, reactions?: object[], quoted?: object|null}} Row
 * `day` is the heading of a day that begins here; `isFollowing` says that the same side spoke just before; `quoted` is
 * the message this one answers, if it is here.
 */

/**
 * @param {Happening[]} happenings  newest first
 * @returns {Row[]} oldest first
 */
export function rowsOf(happenings) {
  const inOrder = [...happenings].reverse();
  const messages = inOrder.filter((each) => each.message).map((each) => each.message);
  const known = new Map(messages.map((each) => [each.message_uuid, each]));
  const { reactions, shown } = reactionsOf(messages, known);
  const rows = inOrder.filter((each) => !shown.has(each.id)).map((each) => rowOf(each, known, reactions));
  let before = null;
  for (const row of rows) {
    row.day = before === null || !isOneDay(before.at, row.at) ? day(row.at) : null;
    row.isFollowing = row.day === null && before.side === row.side && Date.parse(row.at) - Date.parse(before.at) < TOGETHER_MS;
    before = row;
  }
  return rows;
}

function rowOf(happening, known, reactions) {
  const { id, message } = happening;
  if (!message) return { ...happening, side: "out" };
  return {
    ...happening,
    side: message.direction === "outbound" ? "out" : "in",
    reactions: [...(reactions.get(id)?.values() ?? [])],
    quoted: known.get(answered(message)) ?? null,
  };
}

/** The last reaction of each side to each message that is here; `shown` are the messages that need no row of their own. */
function reactionsOf(messages, known) {
  const reactions = new Map();
  const shown = new Set();
  for (const message of messages) {
    if (message.kind !== "reaction" || hasFailed(message)) continue;
    const target = answered(message);
    if (!known.has(target)) continue;
    shown.add(message.message_uuid);
    if (!reactions.has(target)) reactions.set(target, new Map());
    const { action, emoji } = part(message.content);
    if (action === "unreact") reactions.get(target).delete(message.direction);
    else reactions.get(target).set(message.direction, { emoji: words(emoji) ?? "?", message });
  }
  return { reactions, shown };
}

/** A message on one line, for where it is only pointed at. */
export function summaryOf(message) {
  const content = part(message.content);
  const card = readRich(message)?.cards[0];
  const said = firstOf(content.text, card?.text, card?.title, content.caption, content.title, content.name, part(content.location).name, content.url);
  return said === null || !["text", "custom"].includes(message.kind) ? `${message.kind} ${said ?? ""}`.trim() : said;
}

/** What a refused send was to say, read from its body as far as that can be read. */
export function wantedBy(entry) {
  let body;
  try {
    body = part(JSON.parse(entry.request.body));
  } catch {
    return { kind: null, text: words(entry.request.body) };
  }
  const content = part(part(body.message).content);
  const kind = words(body.message_type ?? content.type ?? entry.request.kind);
  const inner = part(body[kind] ?? content[kind]);
  return { kind, text: words(body.text ?? content.text ?? inner.caption ?? inner.url ?? inner.name ?? null) };
}

/** The parts of a conversation's id, which is percent-encoded with a sign of its own. */
export function partsOf(id) {
  const [channel, user = "", sender = ""] = id.split(":").map((each) => {
    try {
      return decodeURIComponent(each.replaceAll("~", "%"));
    } catch {
      return each;
    }
  });
  return { channel, user, sender };
}

const escaped = (text) =>
  encodeURIComponent(text).replace(/[!'()*~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll("%", "~");

/** The id of a conversation, as the server writes it. */
export const idOf = (channel, user, sender) => [channel, user, sender].map(escaped).join(":");
