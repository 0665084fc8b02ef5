/** Where members of a JSON text stand: paths as violations write them (`message.to`, `items[0]`), and their lines. */

/** Levels that are read and laid out. */
const DEEPEST = 100;

/** Which line, counted from 0, a place in a text is in. */
function lineAt(text, offset) {
  let line = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/**
 * Read a JSON text as far as it can be read, and note where each member begins.
 * @param {string} text
 * @returns {Map<string, number>} the line of each path, counted from 0; "" is the whole
 * @example linesOf('{\n"to": 1}').get("to") // 1
 */
export function linesOf(text) {
  const offsets = new Map();
  let at = 0;
  const blank = () => {
    while (/\s/.test(text[at] ?? "")) at += 1;
  };
  const take = (mark) => {
    blank();
    if (text[at] !== mark) return false;
    at += 1;
    return true;
  };
  const word = () => {
    const found = /^(?:"(?:[^"\\]|\\.)*"|[^\s,:[\]{}"]+)/s.exec(text.slice(at, at + 100_000));
    if (!found) return null;
    at += found[0].length;
    return found[0];
  };
  let depth = 0;
  const members = (path, end, one) => {
    depth += 1;
    if (depth > DEEPEST) return false; // what nests deeper is as good as unreadable, and would exhaust the stack
    const isRead = each(path, end, one);
    depth -= 1;
    return isRead;
  };
  const each = (path, end, one) => {
    for (let place = 0; !take(end); place++) {
      blank();
      if (!one(path, place)) return false;
      if (!take(",")) return take(end);
    }
    return true;
  };
  const member = (path) => {
    const start = at;
    const quoted = word();
    if (quoted === null || !take(":")) return false;
    const name = nameIn(quoted);
    return value(path === "" ? name : `${path}.${name}`, start);
  };
  const item = (path, place) => value(`${path}[${place}]`, at);
  const value = (path, start) => {
    offsets.set(path, start);
    if (take("{")) return members(path, "}", member);
    if (take("[")) return members(path, "]", item);
    return word() !== null;
  };
  blank();
  value("", at);
  return new Map([...offsets].map(([path, offset]) => [path, lineAt(text, offset)]));
}

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;
/**
 * Lay a JSON text out in lines, each token as it is written: what reading it would change or drop (long numbers, members
 * that stand twice) stays. A text that nests too deep stays as it is.
 */
export function laidOutText(text) {
  const tokens = text.match(TOKENS) ?? [];
  const lines = [];
  let line = "";
  let depth = 0;
  const end = () => {
    lines.push(line);
    line = "  ".repeat(depth);
  };
  for (let at = 0; at < tokens.length; at++) {
    const [token, next] = [tokens[at], tokens[at + 1]];
    if ((token === "{" && next === "}") || (token === "[" && next === "]")) {
      line += token + next;
      at += 1;
    } else if (token === "{" || token === "[") {
      line += token;
      depth += 1;
      if (depth > DEEPEST) return text;
      end();
    } else if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      end();
      line += token;
    } else if (token === ",") {
      line += token;
      end();
    } else line += token === ":" ? ": " : token;
  }
  return [...lines, line].join("\n");
}

function nameIn(quoted) {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/** The path of what holds a place; null above the whole. @example holderOf("a.b[0]") // "a.b" */
export function holderOf(path) {
  return path === "" ? null : path.slice(0, Math.max(0, path.lastIndexOf("."), path.lastIndexOf("[")));
}

/** The line a path stands in, or would: that of the nearest part that is there. */
export function lineOf(lines, path) {
  for (let known = path === "body" && !lines.has("body") ? "" : path; known !== null; known = holderOf(known)) {
    if (lines.has(known)) return lines.get(known);
  }
  return 0;
}

/** Where the reason of a violation says that a text stops being JSON: {line, column}, counted from 0; null if it does not. */
export function brokenAt(reason) {
  const found = /at line (\d+) column (\d+)/.exec(reason ?? "");
  return found ? { line: Number(found[1]) - 1, column: Number(found[2]) - 1 } : null;
}
