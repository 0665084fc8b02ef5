/** What the words of webhooks mean; no drawing. */

import { channel } from "../../lib/format.js";

/** Every state of a webhook: its words, tone, icon, and what it says. */
export const STATES = {
  pending: { label: "pending", tone: "warn", icon: "clockface", about: "In line, with the receiver, or waiting for its next try." },
  delivered: { label: "delivered", tone: "ok", icon: "check", about: "The receiver answered 200 to 205." },
  gave_up: { label: "gave up", tone: "bad", icon: "close", about: "Tried for 24 hours, never acknowledged." },
  abandoned: { label: "abandoned", tone: "bad", icon: "stop", about: "The server stopped before it was acknowledged." },
  dropped: { label: "dropped", tone: "", icon: "trash", about: "Never sent: there was no URL, or a fault dropped it on purpose." },
};

/** What a webhook can tell. */
export const EVENTS = ["inbound", "submitted", "delivered", "read", "rejected", "undeliverable", "report"];

const party = (each) => (each !== null && typeof each === "object" ? (each.number ?? each.id) : each);

/** The channel and the user that a webhook is about, as its body tells them: "WhatsApp 447700900123". */
export function who({ event, body }) {
  const user = event === "inbound" ? body.from : body.to;
  const name = body.channel ?? user?.type;
  return [name && channel(name.replace(/_service(_msg)?$/, "")), party(user)].filter((each) => typeof each === "string").join(" ");
}

/** Whether a status acknowledges a webhook. */
export const isAcknowledged = (status) => status >= 200 && status <= 205;

/** How a try ended: {words, isGood}. */
export function outcome({ status, error }) {
  if (status !== null && status !== undefined) return { words: String(status), isGood: isAcknowledged(status) };
  return { words: error ?? "no answer", isGood: false };
}

const WANTED = "Answer any status from 200 to 205, with or without a body, within the time limit (5 s unless set otherwise).";

const BY_STATUS = [
  [(status) => status >= 300 && status < 400, "Redirects are not followed: give the URL that it leads to."],
  [(status) => status === 401 || status === 403, "The receiver refused the signature. Does it check with the account's signature secret, over the raw bytes of the body?"],
  [(status) => status === 404, "Nothing is at this path. Is the URL whole, with the route your application has?"],
  [(status) => status === 405, "The path takes another method: webhooks are sent with POST."],
  [(status) => status === 413, "The receiver found the body too large."],
  [(status) => status === 415, "The receiver wants another type: webhooks are application/json."],
  [(status) => status === 429, "The receiver was asked too often. It may slow down on its side; webhooks are tried again."],
  [(status) => status >= 500, "The receiver failed on its side: look into its log at this time."],
  [(status) => status > 205 && status < 300, "Only 200 to 205 acknowledge, other statuses of success do not."],
];

const BY_ERROR = [
  [/no answer within/, "The receiver was too slow. Answer first, then do the work."],
  [/no connection within|Connect call failed|refused/i, "Nothing listens there. Is the receiver running, at this port? In a container, 127.0.0.1 is the container itself."],
  [/getaddrinfo|Name or service|resolve|nodename/i, "The host name is not known where this server runs."],
  [/certificate|ssl/i, "TLS failed. Does the receiver have a certificate that this machine trusts?"],
  [/disconnected|reset/i, "The receiver closed the connection before it answered."],
];

/**
 * What a receiver should do other than it did, as {title, text, wanted}; null where there is nothing to say.
 * @param {object} delivery  as an item of GET /_mock/deliveries
 */
export function advice({ state, url, fault, attempts }) {
  if (state === "dropped" && fault) return { title: "Dropped on purpose", text: "A fault swallowed it. Redeliver sends it all the same." };
  if (state === "dropped" || !url) {
    return { title: "There was no URL to send it to", text: "Set one with --status-url and --inbound-url, or in the account's settings, then send again." };
  }
  const last = attempts.at(-1);
  if (!last || outcome(last).isGood) return null;
  if (last.fault) return { title: "This try was broken on purpose", text: `The fault ${last.fault.replaceAll("_", " ")} did it; your receiver may be right.`, wanted: WANTED };
  const known = last.status === null ? BY_ERROR.find(([words]) => words.test(last.error ?? "")) : BY_STATUS.find(([fits]) => fits(last.status));
  const text = known?.[1] ?? "The receiver did not acknowledge it.";
  return { title: "What your receiver should answer", text, wanted: WANTED };
}
