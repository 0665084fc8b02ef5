/** What GET /_mock/rules and GET /_mock/coverage say, put so that it can be asked; no drawing. */

import { duration, number } from "../../lib/format.js";

const LIMITS = [["text", "Text"], ["caption", "Caption"], ["url", "URL"]];

/** The rules, by version, direction, channel and kind. */
export class Rules {
  static #last = { told: null, rules: null };

  /** The rules of an answer; the same answer gives the same rules. */
  static of(told) {
    if (Rules.#last.told !== told) Rules.#last = { told, rules: new Rules(told) };
    return Rules.#last.rules;
  }

  constructor(told) {
    const { channels, kinds, rows, shapes } = told.capabilities;
    this.told = told;
    this.channels = channels;
    this.shapes = shapes;
    this.errors = told.errors;
    this.magic = told.magic;
    this.provider = told.provider;
    this.problems = told.problems ?? [];
    this.versions = [...new Set(rows.map((each) => each.dialect))];
    this.kinds = Object.keys(kinds);
    this.rows = new Map();
    for (const row of rows) {
      const key = [row.dialect, row.direction, row.channel, row.kind].join(" ");
      if (this.rows.get(key)?.state !== "supported") this.rows.set(key, row);
    }
  }

  /** The row of a cell; undefined where there is none, and so nothing is possible. */
  row(version, direction, channel, kind) {
    return this.rows.get([version, direction, channel, kind].join(" "));
  }

  channelsIn(version) {
    return Object.values(this.channels).filter((each) => version in each.names);
  }

  kindsIn(version, direction) {
    const known = new Set([...this.rows.values()].filter((each) => each.dialect === version && each.direction === direction).map((each) => each.kind));
    return this.kinds.filter((each) => known.has(each));
  }

  /** The options that go with a kind, or with a channel where no kind is given: [[name, option]]. */
  options(version, channel, kind = null) {
    return Object.entries(this.channels[channel].options).filter(([, { dialects, kinds }]) =>
      (dialects.length === 0 || dialects.includes(version)) && (kind === null || kinds.length === 0 || kinds.includes(kind)));
  }

  /** Rules of the provider that look at such a message. */
  providerRules(channel, kind = null) {
    return this.provider.rules.filter((each) => channel in each.channels && (kind === null || each.kinds.length === 0 || each.kinds.includes(kind)));
  }

  /** An address's shape: {member, words, example}. */
  address(version, channel, direction, side) {
    const address = this.channels[channel].addresses[direction]?.[side];
    if (!address) return null;
    const name = address.shapes[version] ?? address.shape;
    return { member: address.member, ...(this.shapes[name] ?? { words: name, example: "" }) };
  }
}

export const isPossible = (row) => row?.state === "supported";

/** Why a cell is not possible. */
export function impossible(row) {
  return { not_by_channel: "The channel has no such thing.", not_by_provider: "The channel has it, this API does not offer it." }[row?.state]
    ?? "No document has it.";
}

/**
 * How often a cell was met: {name, count, isKnown}. What travels as a custom object may be counted as one.
 * @param {object|null} coverage  the answer of GET /_mock/coverage
 */
export function met(coverage, row) {
  const begin = [row.direction === "outbound" ? "sent" : "inbound", row.dialect, row.channel];
  const own = [...begin, row.kind].join(":");
  const cells = coverage?.cells ?? {};
  const name = own in cells || row.through !== "custom" ? own : [...begin, "custom"].join(":");
  return { name, count: cells[name] ?? 0, isKnown: name in cells };
}

const characters = (amount) => `${number(amount)} ${amount === 1 ? "character" : "characters"}`;

function between(least, most, words) {
  if (least !== null && most !== null) return `${number(least)} to ${words(most)}`;
  if (most !== null) return `up to ${words(most)}`;
  return least === null ? null : `at least ${words(least)}`;
}

/** A row's limits, with units: [["Text", "1 to 1,000 characters"]]. */
export function limits(row) {
  return LIMITS.map(([name, title]) => [title, between(row[`${name}_min_chars`], row[`${name}_max_chars`], characters)]).filter(([, words]) => words);
}

const seconds = (amount) => (amount < 60 ? `${number(amount)} s` : `${number(amount)} s (${duration(amount * 1000)})`);

/** What an option may be, in words; null where nothing is said. */
export function optionWords(option, version, shapes) {
  const words = [];
  if (option.values.length) words.push(option.values.join(", "));
  const range = between(option.min_s, option.max_s, seconds);
  if (range) words.push(range);
  if (option.dispatch_max_s !== null && version === "v0.1") words.push(`in a workflow up to ${seconds(option.dispatch_max_s)}`);
  if (option.shape) words.push(shapes[option.shape]?.words ?? option.shape);
  return words.join("; ") || null;
}

/** Where an option stands in a body. */
export function optionPlace(option, version, channel) {
  if (option.top && version !== "v0.1") return "at the top of the body";
  const name = channel.names[version];
  return `in ${version === "v0.1" ? `message.${name}` : name}`;
}

/** A body to begin with: the contract says the rest. */
export function skeleton(rules, row) {
  const name = rules.channels[row.channel].names[row.dialect];
  const isCustom = row.through === "custom";
  const kind = isCustom ? "custom" : row.kind;
  if (row.dialect === "v0.1") {
    return { from: { type: name }, to: { type: name }, message: { content: { type: kind, ...(isCustom ? { custom: row.example } : {}) } } };
  }
  return { channel: name, message_type: kind, ...(isCustom ? { custom: row.example } : {}) };
}

/** Which of the items have all the words in them. */
export function found(items, words) {
  const wanted = (words ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return items;
  return items.filter((each) => {
    const text = JSON.stringify(each).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
