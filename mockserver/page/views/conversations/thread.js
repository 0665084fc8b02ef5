/** Lays a talk out in rows: days, who said what, reactions at what they are about, refused sends where they happened. Pure. */

import { day } from "../../lib/format.js";
import { firstOf, part, words } from "./read.js";
import { readRich } from "./rich.js";

const TOGETHER_MS = 5 * 60_000;
const FAILED = ["rejected", "undeliverable"];

/** Whether a message went wrong. */
export const hasFailed = (message) => FAILED.includes(message.status);

/** The uuid of the message that this one answers or is about; null without. */
export const answered = (message) => words(part(part(message.options).context).message_uuid);

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {"message"|"refused"} type
 * @property {object} [message]
 * @property {object} [entry]  the journal entry of a refused send
 * @property {"in"|"out"} side
 * @property {string|null} day  the heading of a day that begins here
 * @property {boolean} isFollowing  whether the same side spoke just before
 * @property {{emoji: string, message: object}[]} [reactions]
 * @property {object|null} [quoted]  the message this one answers, if it is here
 */

/**
 * @param {object[]} messages  oldest first
 * @param {object[]} refused  journal entries of sends to this user that were refused
 * @param {boolean} isWhole  whether nothing is older than the first message
 * @returns {Row[]}
 */
export function rowsOf(messages, refused, isWhole) {
  const known = new Map(messages.map((each) => [each.message_uuid, each]));
  const { reactions, shown } = reactionsOf(messages, known);
  const rows = messages
    .filter((each) => !shown.has(each.message_uuid))
    .map((message) => ({
      id: message.message_uuid,
      type: "message",
      at: message.at,
      message,
      side: message.direction === "outbound" ? "out" : "in",
      reactions: [...(reactions.get(message.message_uuid)?.values() ?? [])],
      quoted: known.get(answered(message)) ?? null,
    }));
  const since = isWhole || !messages.length ? "" : messages[0].at;
  for (const entry of refused) {
    if (entry.at >= since) rows.push({ id: `refused-${entry.id}`, type: "refused", at: entry.at, entry, side: "out" });
  }
  rows.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  let before = null;
  for (const row of rows) {
    row.day = before === null || day(before.at) !== day(row.at) ? day(row.at) : null;
    row.isFollowing = row.day === null && before.side === row.side && Date.parse(row.at) - Date.parse(before.at) < TOGETHER_MS;
    before = row;
  }
  return rows;
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
  return `${message.kind === "text" ? "" : `${message.kind} `}${said ?? ""}`.trim();
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

/** The parts of a conversation's id: `channel:user:sender`, percent-encoded where needed. */
export function partsOf(id) {
  const [channel, user, sender] = id.split(":").map((each) => {
    try {
      return decodeURIComponent(each);
    } catch {
      return each;
    }
  });
  return { channel, user: user ?? "", sender: sender ?? "" };
}

/** The id of a conversation. */
export const idOf = (channel, user, sender) => [channel, user, sender].map(encodeURIComponent).join(":");
