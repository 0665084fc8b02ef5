/** The control API under `/_mock`: JSON in, JSON out, problem documents as errors. */

import { current } from "./router.js";

/** These know no account. */
const WITHOUT_ACCOUNT = /^\/(health|livez|readyz|rules|openapi\.json|explain|accounts|applications)\b/;

/** An answer that is no success. `problem` is its document: {status, title, detail, fix?, where?}. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** Whether an error only says that a request was given up by its caller. */
export const isAborted = (error) => error?.name === "AbortError";

/**
 * Ask the control API. Throws ApiError for any answer but 2xx, and with status 0 where there is none.
 * @param {string} method
 * @param {string} path  below /_mock: "/journal", `/messages/${uuid}`
 * @param {object} [options]
 * @param {Record<string, any>} [options.params]  query; null, undefined and "" are left out, arrays repeat the name
 * @param {any} [options.body]  sent as JSON; a text is sent as it is
 * @param {string|null} [options.account]  the account shown, unless given; null leaves it to the server
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<any>} the answer as JSON; null where it has no body
 */
export async function request(method, path, { params = {}, body, account = current.account, signal } = {}) {
  const url = new URL(`/_mock${path}`, location.origin);
  const named = WITHOUT_ACCOUNT.test(path) ? params : { ...params, account };
  for (const [name, value] of Object.entries(named)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined && each !== "") url.searchParams.append(name, each);
    }
  }
  const sent = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const headers = { Accept: "application/json" };
  if (sent !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, { method, headers, body: sent, signal });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new ApiError(0, { title: "No answer", detail: "The server does not answer.", fix: "Is it still running?" });
  }
  const text = await response.text();
  const answer = read(text);
  if (!response.ok) throw new ApiError(response.status, answer ?? { title: response.statusText, detail: text });
  return answer;
}

function read(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** @example const { entries } = await get("/journal", { params: { limit: 50 } }); */
export const get = (path, options) => request("GET", path, options);
/** @example await post("/inbound", { channel: "sms", kind: "text", text: "Hi" }); */
export const post = (path, body, options) => request("POST", path, { ...options, body });
/** @example await put("/clock", { mode: "manual" }); */
export const put = (path, body, options) => request("PUT", path, { ...options, body });
/** @example await del(`/faults/${id}`); */
export const del = (path, options) => request("DELETE", path, options);
