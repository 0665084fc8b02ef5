/** How values are written for people. Pure, but for the clock of the account that `ago` counts from. */

let clock = { mode: "real", own: false, at: null, seenAt: 0 };

/** Tell what time the account has it: the answer of GET /_mock/clock, with `seenAt` when it came. Called by the shell only. */
export function setClock(answer) {
  clock = answer;
}

/** What time it is for the account, in milliseconds since 1970. */
export function now() {
  if (clock.at === null || (clock.mode === "real" && !clock.own)) return Date.now();
  const rate = clock.mode === "manual" ? 0 : clock.mode === "real" ? 1 : Number.parseInt(clock.mode, 10);
  return Date.parse(clock.at) + rate * (Date.now() - clock.seenAt);
}

const pad = (number, width = 2) => String(number).padStart(width, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const isSameDay = (one, other) =>
  one.getDate() === other.getDate() && one.getMonth() === other.getMonth() && one.getFullYear() === other.getFullYear();

/** "14:03:22" today, else "28 Nov 14:03", else "28 Nov 2025 14:03". */
export function time(at) {
  const date = new Date(at);
  const today = new Date(now());
  const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (isSameDay(date, today)) return `${minutes}:${pad(date.getSeconds())}`;
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return date.getFullYear() === today.getFullYear() ? `${day} ${minutes}` : `${day} ${date.getFullYear()} ${minutes}`;
}

/** "14:03" today, else "28 Nov": for places without room. */
export function shortTime(at) {
  const date = new Date(at);
  if (isSameDay(date, new Date(now()))) return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

/** "14:03:22.174" */
export function preciseTime(at) {
  const date = new Date(at);
  const seconds = `${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${seconds}`;
}

const WHOLE_DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** Whether two times are of one day. */
export const isOneDay = (one, other) => isSameDay(new Date(one), new Date(other));

/** "Today", "Yesterday", "Saturday 28 November 2026": the heading of a day. */
export function day(at) {
  const date = new Date(at);
  const today = new Date(now());
  if (isSameDay(date, today)) return "Today";
  if (isSameDay(date, new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1))) return "Yesterday";
  return WHOLE_DAY.format(date);
}

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

/** "just now", "12 s ago", "in 3 h". */
export function ago(at) {
  const seconds = (now() - Date.parse(at)) / 1000;
  const size = Math.abs(seconds);
  if (size < 2) return "just now";
  const [unit, length] = UNITS.find(([, length]) => size >= length);
  const amount = `${Math.floor(size / length)} ${unit}`;
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

/** "0.4 ms", "12 ms", "3.2 s", "2 min 5 s", "1 d 2 h". */
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const parts = [];
  let rest = Math.round(ms / 1000);
  for (const [unit, length] of UNITS) {
    if (rest >= length && parts.length < 2) parts.push(`${Math.floor(rest / length)} ${unit}`);
    rest %= length;
  }
  return parts.join(" ");
}

/** "312 B", "1.4 kB" */
export function bytes(count) {
  if (count < 1000) return `${count} B`;
  return count < 1_000_000 ? `${Math.round(count / 100) / 10} kB` : `${Math.round(count / 100_000) / 10} MB`;
}

/** "12,345" */
export const number = (value) => value.toLocaleString("en-GB");

/** count(1, "message") is "1 message"; count(2, "entry", "entries") is "2 entries". */
export const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** The first 8 characters of a uuid; whole ids up to 12 stay as they are. */
export const shortId = (id) => (id.length > 12 ? `${id.slice(0, 8)}…` : id);

/** A text cut to so many characters, on one line. */
export function clip(text, most = 120) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${[...line].slice(0, most - 1).join("")}…` : line;
}

/** Names of channels as people write them. */
const CHANNELS = {
  sms: "SMS", mms: "MMS", rcs: "RCS", whatsapp: "WhatsApp", messenger: "Messenger", viber: "Viber",
};
export const channel = (name) => (Object.hasOwn(CHANNELS, name) ? CHANNELS[name] : (name ?? "–"));

/** The URL if it may be followed (http and https only), else null. */
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
