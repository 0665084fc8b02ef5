/** Hash routes: `#/journal/12?q=has:error&account=KEY`. Knows addresses, not what stands at them. */

import { useEffect, useState } from "../vendor/preact.js";

/**
 * @typedef {object} Route
 * @property {string} view    first part of the path, such as "journal"; "" for the bare address
 * @property {string[]} params  what follows it, decoded
 * @property {Record<string, string>} query  the rest, without `account`
 * @property {string|null} account  key of the account looked at; null is the default account
 */

/** Percent-decode; what cannot be decoded stays as it is. */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Read a hash such as `#/messages/1edd?account=k`.
 * @param {string} hash
 * @returns {Route}
 */
export function parse(hash) {
  const [path, search = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  const [view, ...params] = path.split("/").filter(Boolean).map(decode);
  const query = Object.fromEntries(new URLSearchParams(search));
  const account = query.account || null;
  delete query.account;
  return { view: view ?? "", params, query, account };
}

/** The route shown now. */
export let current = parse(location.hash);

/**
 * Write the address of a view. Keeps the account looked at, unless one is given (null: the default account).
 * @param {string|string[]} path  a view, or a view and its params, each of which is percent-encoded
 * @param {Record<string, any>} [query]  members that are null, undefined or "" are left out
 * @param {string|null} [account]
 * @example href(["messages", uuid])  // "#/messages/1edd…"
 * @example href("journal", { q: "has:error" })
 */
export function href(path, query = {}, account = current.account) {
  const parts = (Array.isArray(path) ? path : [path]).map((each) => encodeURIComponent(each));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, account })) {
    if (value !== null && value !== undefined && value !== "") search.set(name, value);
  }
  const text = search.toString();
  return `#/${parts.join("/")}${text ? `?${text}` : ""}`;
}

/**
 * Go to a view. With `replace` the back button does not lead to where we were.
 * @param {string|string[]} path
 * @param {Record<string, any>} [query]
 * @param {{replace?: boolean, account?: string|null}} [options]
 */
export function go(path, query = {}, { replace = false, account = current.account } = {}) {
  const hash = href(path, query, account);
  if (hash === location.hash) return;
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, "", hash);
  changed();
}

/**
 * Change members of the query where we are; null takes one away.
 * @example setQuery({ q: "to:4477*" })
 */
export function setQuery(changes, options = {}) {
  go([current.view, ...current.params], { ...current.query, ...changes }, options);
}

const watchers = new Set();

function changed() {
  current = parse(location.hash);
  for (const each of [...watchers]) each(current);
}

addEventListener("hashchange", changed);

/** The route shown now; draws the component anew when it changes. Views get theirs as props and need not call this. */
export function useRoute() {
  const [route, setRoute] = useState(current);
  useEffect(() => {
    watchers.add(setRoute);
    setRoute(current);
    return () => watchers.delete(setRoute);
  }, []);
  return route;
}
