/** From what stands in the form to the fault that is sent. Pure. What cannot be read is sent as it is: the API says what is wrong. */

/** How a fault chooses among what fits, in words. */
export const CHOICES = {
  always: "Each one",
  next: "The next so many (next)",
  nth: "Only the one of this number (nth)",
  every: "Each second, third, … (every)",
  probability: "A share of them (probability)",
};

/** The tests of a condition, in words; "is" stands for the value alone. */
export const TESTS = [
  { value: "is", label: "is" },
  { value: "one_of", label: "is one of" },
  { value: "not", label: "is not" },
  { value: "contains", label: "contains" },
  { value: "starts_with", label: "starts with" },
  { value: "glob", label: "is like (* ?)" },
  { value: "matches", label: "matches" },
  { value: "exists", label: "exists" },
  { value: "at_least", label: "at least" },
  { value: "at_most", label: "at most" },
];

/** Fields that are looked into by a path or a name. */
export const WITH_PATH = { json: "message.content.type", headers: "user-agent" };

const EXAMPLES = {
  delay: ["2s", '{"min": "1s", "max": "3s"}', '{"p50": "100ms", "p95": "1s"}'],
  problem: [
    ...["throttled", "unavailable", "internal_error", "low_balance", "unauthorised", "forbidden", "not_found"],
    ...["too_large", "wrong_type", "invalid"],
  ],
  status: ["503"],
  retry_after: ["5s"],
  per_s: ["5"],
  after: ["10"],
  copies: ["2"],
  within: ["30s"],
  over: ["2s"],
  tries: ["1"],
};

/** What may be written for a member, the likeliest first. */
export const valuesOf = (name) => EXAMPLES[name] ?? [""];

/** A text as JSON, or as it is if it is none. */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isNumber = (text) => /^-?\d+(\.\d+)?$/.test(text);
const scalar = (text) => (isNumber(text) ? Number(text) : text);

function headers(text) {
  const lines = text.split("\n").filter((each) => each.trim());
  if (lines.some((each) => !each.includes(":"))) return json(text);
  return Object.fromEntries(lines.map((each) => each.split(/:(.*)/s).slice(0, 2).map((part) => part.trim())));
}

function valueOf(name, text) {
  if (name === "body") return json(text);
  if (name === "headers") return headers(text);
  if (name === "taken") return text === "true";
  const trimmed = text.trim();
  return trimmed.startsWith("{") ? json(trimmed) : scalar(trimmed);
}

function asked({ test, value }) {
  const text = value.trim();
  if (test === "is") return value;
  if (test === "one_of") return text.split(",").map((each) => each.trim()).filter(Boolean);
  if (test === "exists") return { exists: !["false", "no"].includes(text) };
  return { [test]: ["at_least", "at_most"].includes(test) ? scalar(text) : value };
}

function whenOf(conditions) {
  const when = {};
  for (const each of conditions) {
    if (!(each.field in WITH_PATH)) when[each.field] = merged(when[each.field], asked(each));
    else when[each.field] = { ...when[each.field], [each.path.trim()]: asked(each) };
  }
  return when;
}

/** Two tests of one field must both hold. */
function merged(before, test) {
  const isMapping = (each) => each !== null && typeof each === "object" && !Array.isArray(each);
  if (before === undefined) return test;
  const mapping = (each) => (isMapping(each) ? each : Array.isArray(each) ? { one_of: each } : { equals: each });
  return { ...mapping(before), ...mapping(test) };
}

/**
 * The fault that a form describes.
 * @param {{on: string, do: string, values: Record<string, string>, when: object[], choice: string, share: string}} form
 * @param {{takes: string[]}} kind
 */
export function bodyOf(form, kind) {
  const fault = { on: form.on, do: form.do };
  for (const name of kind.takes) {
    if (form.values[name]?.trim()) fault[name] = valueOf(name, form.values[name]);
  }
  if (form.when.length) fault.when = whenOf(form.when);
  if (form.choice !== "always") fault[form.choice] = scalar(form.share.trim());
  return fault;
}
