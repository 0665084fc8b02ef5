/** What happens, as it happens: one event stream for the whole page, and queries that follow it. */

import { useCallback, useEffect, useRef, useState } from "../vendor/preact.js";
import { get, isAborted } from "./api.js";
import { current } from "./router.js";

/**
 * @typedef {object} Batch  what came since the last animation frame
 * @property {object[]} entries  journal entries, oldest first, as items of GET /_mock/journal
 * @property {Set<string>} state  what else changed: "clock", "faults", "scenarios", "deliveries", "accounts"
 * @property {boolean} refresh  whether anything may have changed: the server began anew, or we were too far behind
 */

/** @typedef {{status: "connecting"|"open"|"lost", boot: string|null, version: string|null, account: string|null}} Connection */

const RETRY_MS = 1000;
const HIDDEN_MS = 250; // a page in the background gets no animation frames
const MOST_ENTRIES = 2000; // kept until they are handed out: a browser may let a page in the background wait for a minute
const REST_MS = 3000;
const QUERY_MS = 250;
export const CATCH_UP_PAGES = 10; // fetched at most to reach what is held; of more, a list begins anew
const FORGOTTEN = ["journal", "messages"]; // told of where they were put back, which takes entries away

/** @type {Connection} */
export let connection = { status: "connecting", boot: null, version: null, account: null };

const listeners = new Set();
const watchers = new Set();
let source = null;
let opened = undefined; // the account asked for; undefined before the first connect
let retry = 0;
let rest = 0;
let isFresh = true; // whether the next hello begins a stream that knows nothing of what came before
let waiting = null;
let isPlanned = false;

function say(changes) {
  connection = { ...connection, ...changes };
  for (const each of [...watchers]) each(connection);
}

function emptyBatch() {
  return { entries: [], state: new Set(), refresh: false };
}

function flush() {
  isPlanned = false;
  const batch = waiting;
  if (batch === null) return;
  waiting = null;
  for (const each of [...listeners]) each(batch);
}

function later() {
  waiting ??= emptyBatch();
  if (!isPlanned) {
    isPlanned = true;
    if (document.hidden) setTimeout(flush, HIDDEN_MS);
    else requestAnimationFrame(flush);
  }
  return waiting;
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(rest);
  if (document.hidden) {
    if (isPlanned) setTimeout(flush, HIDDEN_MS); // the frame that was planned may not come before the page is looked at again
    restLater();
  } else if (source === null && opened !== undefined) {
    say({ status: "connecting" });
    open(opened);
  }
});

/** Leave the stream unless the page is looked at soon: six connections to a server is all a browser has, for all its tabs. */
function restLater() {
  rest = setTimeout(() => {
    clearTimeout(retry);
    source?.close();
    source = null;
  }, REST_MS);
}

function told(event) {
  const batch = later();
  batch.entries.push(JSON.parse(event.data));
  if (batch.entries.length <= MOST_ENTRIES) return;
  batch.entries = [];
  batch.refresh = true;
}

function hello(event) {
  const { boot, version, account } = JSON.parse(event.data);
  // A new stream does not tell what happened between the first look at a list and its own beginning.
  if (isFresh || connection.boot !== boot) later().refresh = true;
  isFresh = false;
  say({ status: "open", boot, version, account });
}

function changed(event) {
  const batch = later();
  for (const each of JSON.parse(event.data).what) {
    batch.state.add(each);
    if (FORGOTTEN.includes(each)) batch.refresh = true;
  }
}

function lost(event) {
  if (event.target !== source) return;
  say({ status: "lost" });
  if (source.readyState !== EventSource.CLOSED) return; // the browser tries again, and says where it was
  clearTimeout(retry);
  retry = setTimeout(() => open(opened), RETRY_MS);
}

function open(account) {
  source?.close();
  clearTimeout(rest);
  if (document.hidden) restLater();
  opened = account;
  isFresh = true;
  source = new EventSource(`/_mock/events${account === null ? "" : `?account=${encodeURIComponent(account)}`}`);
  source.addEventListener("hello", hello);
  source.addEventListener("entry", told);
  source.addEventListener("state", changed);
  for (const each of ["gap", "restarted"]) {
    source.addEventListener(each, () => {
      later().refresh = true;
    });
  }
  source.addEventListener("error", lost);
}

/** Listen to an account; null is the default one. Called by the shell only. */
export function connect(account) {
  if (account === opened) return;
  clearTimeout(retry);
  say({ status: "connecting", account: null });
  open(account);
}

/**
 * Have a function called with each batch of events, at most once an animation frame.
 * @param {(batch: Batch) => void} callback  may be a new function each time
 * @example useLive(({ entries }) => setCount((count) => count + entries.length));
 */
export function useLive(callback) {
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => {
    const call = (batch) => latest.current(batch);
    listeners.add(call);
    return () => listeners.delete(call);
  }, []);
}

/** How the stream stands; draws the component anew when that changes. @returns {Connection} */
export function useConnection() {
  const [seen, setSeen] = useState(connection);
  useEffect(() => {
    watchers.add(setSeen);
    setSeen(connection);
    return () => watchers.delete(setSeen);
  }, []);
  return seen;
}

/**
 * Whether a batch is of interest: "entry" is any journal entry, "entry:request" one of a kind, other words are of state.
 * @param {Batch} batch
 * @param {string[]|((batch: Batch) => boolean)} wanted
 */
export function concerns(batch, wanted) {
  if (batch.refresh) return true;
  if (typeof wanted === "function") return wanted(batch);
  return wanted.some((each) => {
    if (each === "entry") return batch.entries.length > 0;
    if (each.startsWith("entry:")) return batch.entries.some(({ kind }) => kind === each.slice(6));
    return batch.state.has(each);
  });
}

const EVERYTHING = ["entry", "clock", "faults", "scenarios", "deliveries", "accounts"];

/** Call at most once in QUERY_MS, and not before the last call has ended; the last one asked for always comes through. */
function useDebounced(run) {
  const latest = useRef(run);
  latest.current = run;
  const state = useRef({ timer: 0, at: -Infinity, isRunning: false, isWanted: false, isGone: false });
  useEffect(() => {
    state.current.isGone = false;
    return () => {
      state.current.isGone = true;
      clearTimeout(state.current.timer);
      state.current.timer = 0;
    };
  }, []);
  return useCallback(() => {
    const now = state.current;
    const plan = () => {
      now.timer = setTimeout(fire, Math.max(0, now.at + QUERY_MS - performance.now()));
    };
    const fire = async () => {
      Object.assign(now, { timer: 0, at: performance.now(), isRunning: true, isWanted: false });
      await latest.current();
      now.isRunning = false;
      if (now.isWanted && !now.isGone) plan();
    };
    if (now.isRunning) now.isWanted = true;
    else if (!now.timer && !now.isGone) plan();
  }, []);
}

/**
 * Fetch, and fetch again when something of interest happens (at most four times a second) or the account changes.
 * What was fetched stays while the same thing is fetched anew; it goes when path or params change.
 * @param {string|null} path  below /_mock; null fetches nothing
 * @param {object} [options]
 * @param {Record<string, any>} [options.params]
 * @param {string[]|((batch: Batch) => boolean)} [options.refreshOn]  see `concerns`; everything without it
 * @returns {{data: any, error: Error|null, isLoading: boolean, reload: () => Promise<void>, setData: (data: any) => void}}
 * @example const { data, error } = useQuery("/clock", { refreshOn: ["clock"] });
 */
export function useQuery(path, { params = {}, refreshOn = EVERYTHING } = {}) {
  const key = JSON.stringify([path, params, current.account]);
  const [held, setHeld] = useState({ key, data: null, error: null, isLoading: path !== null });
  const running = useRef(null);

  const load = useCallback(async () => {
    running.current?.abort();
    if (path === null) return;
    const abort = new AbortController();
    running.current = abort;
    try {
      const data = await get(path, { params, signal: abort.signal });
      if (running.current === abort) setHeld({ key, data, error: null, isLoading: false });
    } catch (error) {
      if (isAborted(error) || running.current !== abort) return;
      setHeld((was) => ({ key, data: was.key === key ? was.data : null, error, isLoading: false }));
    }
  }, [key]);

  useEffect(() => {
    load();
    return () => running.current?.abort();
  }, [load]);
  const again = useDebounced(load);
  useLive((batch) => {
    if (concerns(batch, refreshOn)) again();
  });

  const isCurrent = held.key === key;
  return {
    data: isCurrent ? held.data : null,
    error: isCurrent ? held.error : null,
    isLoading: isCurrent ? held.isLoading : path !== null,
    reload: load,
    setData: (data) => setHeld({ key, data, error: null, isLoading: false }),
  };
}

/**
 * Fetch a list page by page, newest first, and keep its beginning up to date as things happen.
 * @param {string} path  "/messages", "/journal", "/deliveries", "/conversations"
 * @param {object} options
 * @param {string} options.items  the member of the answer that holds the list
 * @param {(item: any) => string|number} options.id
 * @param {Record<string, any>} [options.params]
 * @param {string} [options.cursor]  the parameter that takes `next` of the page before: "cursor", or "before" (journal)
 * @param {number} [options.size]  how many a page, up to 1000
 * @param {string[]|((batch: Batch) => boolean)} [options.refreshOn]
 * @returns {{items: any[]|null, answer: any, error: Error|null, isLoading: boolean, isWhole: boolean,
 *            more: () => void, reload: () => void, patch: (item: any) => void}}
 * @example const list = useList("/messages", { items: "messages", id: (each) => each.message_uuid, params: { q } });
 */
export function useList(path, options) {
  const { items: member, id, params = {}, cursor = "cursor", size = 200, refreshOn = ["entry"] } = options;
  const key = JSON.stringify([path, params, current.account]);
  const nothing = { key, items: null, answer: null, error: null, next: null, isWhole: false };
  const [held, setHeld] = useState(nothing);
  const latest = useRef(held);
  latest.current = held.key === key ? held : nothing;
  const state = useRef({ top: null, more: null });

  const set = (changes) => {
    latest.current = { ...latest.current, ...changes };
    setHeld(latest.current);
  };
  const page = async (slot, extra, take) => {
    const abort = new AbortController();
    state.current[slot] = abort;
    const fetched = (which) => get(path, { params: { ...params, limit: size, ...which }, signal: abort.signal });
    try {
      const answer = await fetched(extra);
      if (state.current[slot] === abort) await take(answer, answer[member], fetched);
    } catch (error) {
      if (!isAborted(error) && state.current[slot] === abort) set({ error });
    } finally {
      if (state.current[slot] === abort) state.current[slot] = null;
    }
  };
  const ended = (answer, found) => ({
    next: answer.next,
    isWhole: found.length < size || answer.next === null || answer.next === undefined,
  });

  const top = () => {
    state.current.top?.abort();
    return page("top", {}, async (answer, first, fetched) => {
      const known = new Set(latest.current.items?.map(id));
      let found = first;
      let tail = ended(answer, first);
      // After a burst the newest page does not reach what is held: who reads further down is to keep their place.
      for (let pages = 1; pages < CATCH_UP_PAGES && known.size > 0 && !tail.isWhole && !found.some((each) => known.has(id(each))); pages++) {
        const more = await fetched({ [cursor]: tail.next });
        found = [...found, ...more[member]];
        tail = ended(more, more[member]);
      }
      const seen = new Set(found.map(id));
      const held = latest.current.items ?? [];
      const place = tail.isWhole ? -1 : held.findLastIndex((each) => seen.has(id(each)));
      if (place >= 0) {
        set({ items: [...found, ...held.slice(place + 1)], answer, error: null });
        return;
      }
      state.current.more?.abort();
      state.current.more = null;
      set({ items: tail.isWhole ? found : first, answer, error: null, ...(tail.isWhole ? tail : ended(answer, first)) });
    });
  };
  const more = () => {
    const { items, isWhole, next } = latest.current;
    if (items === null || isWhole || state.current.more) return;
    page("more", { [cursor]: next }, (answer, found) => {
      const seen = new Set(latest.current.items.map(id));
      set({ items: [...latest.current.items, ...found.filter((each) => !seen.has(id(each)))], ...ended(answer, found) });
    });
  };
  const patch = (item) => {
    const { items } = latest.current;
    if (items) set({ items: items.map((each) => (id(each) === id(item) ? item : each)) });
  };

  useEffect(() => {
    top();
    return () => {
      for (const slot of ["top", "more"]) {
        state.current[slot]?.abort();
        state.current[slot] = null;
      }
    };
  }, [key]);
  const again = useDebounced(top);
  useLive((batch) => {
    if (concerns(batch, refreshOn)) again();
  });

  const { items, answer, error, isWhole } = latest.current;
  return { items, answer, error, isLoading: items === null && error === null, isWhole, more, reload: top, patch };
}
