/** What a view of conversations knows besides the messages: the rules, the account, the webhooks of what users sent. */

import { useEffect, useMemo, useRef, useState } from "../../vendor/preact.js";
import { get, isAborted } from "../../lib/api.js";
import { now } from "../../lib/format.js";
import { CATCH_UP_PAGES, useConnection, useLive, useQuery } from "../../lib/live.js";
import { toast } from "../../lib/ui.js";
import { list, part } from "./read.js";
import { happeningsOf } from "./thread.js";

/** The rules, and what the account was told: templates, opt-outs, who wrote when. */
export function useKnown() {
  const { account } = useConnection();
  const { data: rules } = useQuery("/rules", { refreshOn: [] });
  const { data: told } = useQuery(account ? `/accounts/${encodeURIComponent(account)}` : null, {
    refreshOn: ["accounts", "entry:inbound"],
  });
  const templates = useMemo(() => {
    const own = list(part(told?.provider).templates).map((each) => ({ channel: "whatsapp", ...each }));
    const shared = list(part(rules?.provider?.sandbox).templates).map((each) => ({ channel: "whatsapp", ...each }));
    return [...own, ...shared];
  }, [told, rules]);
  return { rules, told, templates, channels: rules?.capabilities?.channels, errors: list(rules?.errors), rows: list(rules?.capabilities?.rows) };
}

/** How a talk stands with the platform: {isOut, window: {isOpen, endsAt}|null}; members that nobody knows are null. */
export function standing({ rules, told }, { channel, user, sender }) {
  const talk = part(part(told?.provider_seen?.talks)[`${channel} ${sender} ${user}`]);
  const listed = list(part(told?.provider).opt_outs).includes(user);
  const isOut = typeof talk.stopped === "boolean" ? talk.stopped : listed;
  const rule = list(rules?.provider?.rules).find((each) => each.name === "window");
  if (!rule?.channels || !(channel in rule.channels)) return { isOut, window: null };
  if (!talk.heard_s) return { isOut, window: { isOpen: false, endsAt: null } };
  const endsAt = (talk.heard_s + rules.provider.window.length_s) * 1000;
  return { isOut, window: { isOpen: endsAt > now(), endsAt: new Date(endsAt).toISOString() } };
}

/** The webhooks that brought what users sent, by message; kept up to date by the attempts as they are journalled. */
export function useArrivals({ channel, user, sender }) {
  const isAsked = ![user, sender].some((each) => each.includes('"'));
  const q = `channel:${channel} from:"${user}" to:"${sender}"`;
  const mine = useMemo(() => new Set(), [q]);
  const { data } = useQuery(isAsked ? "/deliveries" : null, {
    params: { event: "inbound", q, limit: 500 },
    refreshOn: ({ entries, state }) => state.has("deliveries") || entries.some((each) => each.kind === "inbound" || mine.has(each.delivery)),
  });
  return useMemo(() => {
    for (const each of list(data?.deliveries)) mine.add(each.id);
    return new Map(list(data?.deliveries).map((each) => [each.message_uuid, each]));
  }, [data]);
}

const PAGE = 60;
const BEGINNINGS = ["inbound", "workflow", "scenario", "error"];

/**
 * What was said and refused in a talk, page by page, newest first; its newest page follows what happens.
 * @returns {{items: import("./thread.js").Happening[], conversation: object|null, error: Error|null, isLoading: boolean,
 *            isWhole: boolean, more: () => void, reload: () => Promise<void>}}
 */
export function useTalk(path, { user }) {
  const held = useRef({ items: [], next: null, seen: null });
  const loading = useRef(null);
  const catching = useRef(null);
  const [drawn, draw] = useState(0);
  const here = useRef({ items: null, ids: null });
  const isHere = (uuid) => {
    const { items } = held.current;
    if (here.current.items !== items) here.current = { items, ids: new Set(items.map((each) => each.id)) };
    return here.current.ids.has(uuid);
  };
  const written = JSON.stringify(user).slice(1, -1);
  const concerns = ({ kind, message_uuid: uuid, request }) =>
    BEGINNINGS.includes(kind) || (kind === "request" ? !request.body || request.body.includes(written) || request.body.includes(user) : isHere(uuid));
  const { data, error, isLoading, reload } = useQuery(path, { params: { limit: PAGE }, refreshOn: ({ entries }) => entries.some(concerns) });

  const page = useMemo(() => data && happeningsOf(data), [data]);
  if (data && data !== held.current.seen && (meets(page, held.current) || !held.current.items.length || data.next === null)) {
    held.current = joined(held.current, page, data.next, data);
  }
  useEffect(() => {
    if (!data || data === held.current.seen || catching.current) return; // newer data is looked at when that has ended
    catching.current = new AbortController();
    catchUp(path, page, data.next, held, catching.current.signal).then((found) => {
      held.current = joined(held.current, found.page, found.next, data);
      catching.current = null;
      draw((count) => count + 1);
    }, (problem) => {
      catching.current = null;
      if (!isAborted(problem)) toast(problem.message, { kind: "bad" });
    });
  }, [data, drawn]);
  useLive(({ entries }) => {
    const moves = entries.filter((each) => each.kind === "status" && each.status && isHere(each.message_uuid));
    if (!moves.length) return;
    const about = new Set(moves.map((each) => each.message_uuid));
    held.current = { ...held.current, items: held.current.items.map((each) => (about.has(each.id) ? moved(each, moves) : each)) };
    draw((count) => count + 1);
  });
  useEffect(() => () => {
    loading.current?.abort();
    catching.current?.abort();
  }, []);

  const more = async () => {
    const { next } = held.current;
    if (next === null || loading.current) return;
    const abort = new AbortController();
    loading.current = abort;
    try {
      const answer = await get(path, { params: { limit: PAGE, cursor: next }, signal: abort.signal });
      if (held.current.next !== next) return;
      held.current = { ...held.current, items: without(held.current.items, happeningsOf(answer)), next: answer.next };
      draw((count) => count + 1);
    } catch (problem) {
      if (!isAborted(problem)) toast(problem.message, { kind: "bad" });
    } finally {
      loading.current = null;
    }
  };
  const { items, next } = held.current;
  return { items, conversation: data?.conversation ?? null, error, isLoading, isWhole: next === null, more, reload };
}

/** Both lists, the newer one first; what is in both is taken from it. */
function without(newer, older) {
  const seen = new Set(newer.map((each) => each.id));
  return [...newer, ...older.filter((each) => !seen.has(each.id))];
}

const meets = (page, held) => held.items.length > 0 && page.some((each) => each.id === held.items[0].id);

/** The newest page with those behind it until they reach what is held: after a burst one page does not. */
async function catchUp(path, page, next, held, signal) {
  for (let pages = 1; pages < CATCH_UP_PAGES && next !== null && !meets(page, held.current); pages++) {
    const answer = await get(path, { params: { limit: PAGE, cursor: next }, signal });
    page = without(page, happeningsOf(answer));
    next = answer.next;
  }
  return { page, next };
}

/** What is known with what is newest now; where the two do not meet, that alone. */
function joined(held, page, next, seen) {
  if (next === null || !meets(page, held)) return { items: page, next, seen };
  const ids = new Set(page.map((each) => each.id));
  const last = held.items.findLastIndex((each) => ids.has(each.id));
  return { items: without(page, held.items.slice(last + 1)), next: held.next ?? null, seen };
}

/** A message with the statuses it moved to since. */
function moved(happening, moves) {
  let { message } = happening;
  for (const { message_uuid: uuid, status } of moves) {
    if (uuid !== happening.id || message.statuses.some((each) => each.status === status.status)) continue;
    message = { ...message, status: status.status, statuses: [...message.statuses, status] };
  }
  return message === happening.message ? happening : { ...happening, message };
}

/** A wish that is a new one each time it is made, be it for the same kind. */
export function useAsked() {
  const [asked, setAsked] = useState(null);
  return [asked, (kind) => setAsked({ kind })];
}
