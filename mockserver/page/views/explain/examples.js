/** Bodies to start from: one for every channel and kind that the rules know, made by the server's own nearest valid form. */

import { get, post } from "../../lib/api.js";
import { channel as named } from "../../lib/format.js";

/** @typedef {{id: string, label: string, version: "v1"|"v0.1", method: string|null, seed: object}} Example */

const UPDATES = [
  { id: "v1/patch/read", label: "Mark as read (PATCH)", version: "v1", method: "PATCH", seed: { status: "read" } },
  { id: "v1/patch/revoked", label: "Revoke (PATCH)", version: "v1", method: "PATCH", seed: { status: "revoked" } },
];

function seedOf(row, name) {
  if (row.dialect === "v1") return { channel: name, message_type: row.kind };
  const isCustom = Object.keys(row.example).length > 0;
  const content = isCustom ? { type: "custom", custom: row.example } : { type: row.kind };
  return { from: { type: name }, to: { type: name }, message: { content } };
}

/** Examples of a failover need two channels that a version sends text on. */
function failovers(channels) {
  const first = channels.viber?.names.v1;
  const second = channels.sms?.names.v1;
  if (!first || !second) return [];
  const text = (channel) => ({ channel, message_type: "text" });
  return [{ id: "v1/failover", label: "Failover: Viber, then SMS", version: "v1", method: null, seed: { ...text(first), failover: [text(second)] } }];
}

/** All examples in groups: [{label, version, examples}], a group a version and channel. */
export function groupsOf({ capabilities }) {
  const { rows, channels } = capabilities;
  const groups = new Map();
  for (const row of rows) {
    const name = channels[row.channel].names[row.dialect];
    if (row.direction !== "outbound" || row.state !== "supported" || !name) continue;
    const group = `${row.dialect}/${row.channel}`;
    if (!groups.has(group)) groups.set(group, { label: `${row.dialect} ${named(row.channel)}`, version: row.dialect, examples: [] });
    const words = row.matrix === "custom" ? `${row.kind} (custom)` : row.kind;
    groups.get(group).examples.push({ id: `${group}/${words}`, label: words, version: row.dialect, method: null, seed: seedOf(row, name) });
  }
  const more = { label: "v1 more", version: "v1", examples: [...failovers(channels), ...UPDATES] };
  const older = { label: "v0.1 more", version: "v0.1", examples: [{ id: "dispatch", label: "Dispatch: SMS, then Messenger", version: "v0.1", method: null, seed: null }] };
  const found = [...groups.values()];
  const of = (version) => found.filter((each) => each.version === version);
  return [...of("v1"), more, ...of("v0.1"), older];
}

/** The rules, fetched once. */
let rules = null;
export function fetchRules() {
  rules ??= get("/rules").catch((error) => {
    rules = null;
    throw error;
  });
  return rules;
}

const judge = (seed, { version, method }) => post("/explain", seed, { params: { version, method } });

/** The whole body of an example. */
export async function bodyOf(example) {
  if (example.id === "dispatch") return dispatch();
  const { nearest } = await judge(example.seed, example);
  return nearest ?? example.seed;
}

async function dispatch() {
  const steps = ["sms", "messenger"].map((type) => ({ from: { type }, to: { type }, message: { content: { type: "text" } } }));
  const [first, last] = await Promise.all(steps.map(async (each) => (await judge(each, { version: "v0.1" })).nearest));
  return { template: "failover", workflow: [{ ...first, failover: { expiry_time: 600, condition_status: "delivered" } }, last] };
}
