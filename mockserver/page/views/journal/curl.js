/** A request as a line for a shell. */

import { quoted } from "../../lib/ui.js";

/**
 * Write a request to this server as curl. `credentials` is what -u takes; a bearer token is left to $TOKEN.
 * @param {{method: string, path: string, body: string, key: string|null, isBearer?: boolean, secret?: string}} request
 */
export function curlOf({ method, path, body, key, isBearer = false, secret = "any-secret" }) {
  const words = ["curl"];
  if (method !== (body ? "POST" : "GET")) words.push(`-X ${quoted(method)}`);
  if (isBearer) words.push('-H "Authorization: Bearer $TOKEN"');
  else if (key) words.push(`-u ${quoted(`${key}:${secret}`)}`);
  const lines = [words.join(" ")];
  if (body) lines.push("-H 'Content-Type: application/json'", `--data-raw ${quoted(body)}`);
  return [...lines, quoted(location.origin + path)].join(" \\\n  ");
}

/** A journal entry as curl: as the server writes it, where it does. */
export function curlOfEntry(entry, account) {
  if (typeof entry.curl === "string") return entry.curl;
  const { method, path, body, headers } = entry.request;
  const isBearer = /^bearer/i.test(headers.authorization ?? "");
  return curlOf({ method, path, body, key: account, isBearer });
}
