/** The search box: the grammar of `q` with names of fields completed, and its mistakes told below. */

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { get, isAborted } from "./api.js";
import { Icon } from "./icons.js";
import { IconButton } from "./ui.js";

const asked = new Map();

/** Ask for what does not change while the server runs, once. */
function once(path) {
  if (!asked.has(path)) {
    const asking = get(path);
    asking.catch(() => asked.delete(path));
    asked.set(path, asking);
  }
  return asked.get(path);
}

/** The fields that a list can be searched by: names with the words they can be, if those are few. */
export async function fieldsOf(path) {
  const [{ paths }, { capabilities }] = await Promise.all([once("/openapi.json"), once("/rules")]);
  const told = (list) => paths[`/_mock${list}`]?.get?.parameters?.find(({ name }) => name === "q")?.schema["x-fields"];
  const fields = { ...(told(path) ?? told("/messages")) };
  if ("channel" in fields) fields.channel = Object.keys(capabilities.channels);
  if ("kind" in fields) fields.kind = Object.keys(capabilities.kinds);
  return fields;
}

/** The word of a query that ends at the caret: where it begins, and its text. Words in quotes are whole. */
export function wordAt(text, caret) {
  const before = text.slice(0, caret);
  const [word] = before.match(/(?:[^\s"]|"[^"]*"?)*$/);
  return { start: caret - word.length, word };
}

/**
 * What a word may be completed to: names of fields ("chan" to "channel:"), then their values ("channel:s" to "channel:sms").
 * @param {string} word
 * @param {Record<string, string[]>} fields
 */
export function completions(word, fields) {
  const sign = word.startsWith("-") ? "-" : "";
  const bare = word.slice(sign.length);
  const [name, value] = bare.split(/:(.*)/s);
  if (value !== undefined) {
    const values = fields[name] ?? [];
    return values.filter((each) => each.startsWith(value) && each !== value).map((each) => `${sign}${name}:${each}`);
  }
  return Object.keys(fields).filter((each) => each.startsWith(bare)).map((each) => `${sign}${each}:`);
}

/**
 * The search box. Enter searches: the query is tried first, and what is wrong with it is told below the box.
 * @param {object} props
 * @param {string} props.path  the list searched, below /_mock: "/messages"
 * @param {string} props.value  the query in force
 * @param {(q: string) => void} props.onSearch
 * @param {string} props.label
 * @example html`<${Search} path="/journal" value=${query.q ?? ""} onSearch=${(q) => setQuery({ q })} label="Search the journal" />`
 */
export function Search({ path, value, onSearch, label, id = "search", placeholder }) {
  const [text, setText] = useState(value);
  const [problem, setProblem] = useState(null);
  const fields = useRef({});
  const [offered, setOffered] = useState({ start: 0, list: [], active: -1 });
  const input = useRef(null);
  const running = useRef(null);

  useEffect(() => {
    setText(value);
    setProblem(null);
  }, [value, path]);
  const learn = () => fieldsOf(path).then((found) => {
    fields.current = found;
    if (document.activeElement === input.current) offer(input.current.value, input.current.selectionStart);
  }, () => {}); // without it nothing is completed, and searching works all the same
  const close = () => setOffered({ start: 0, list: [], active: -1 });
  const offer = (written, caret) => {
    const { start, word } = wordAt(written, caret);
    const list = word === "" && written !== "" ? [] : completions(word, fields.current);
    setOffered({ start, list: list.slice(0, 12), active: -1 });
  };
  const take = (choice) => {
    const caret = input.current.selectionStart;
    const rest = text.slice(caret);
    const end = choice.endsWith(":") ? choice : `${choice} `;
    const written = text.slice(0, offered.start) + end + rest.trimStart();
    setText(written);
    const at = offered.start + end.length;
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
      offer(written, at);
    });
  };
  const search = async (q) => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    close();
    if (q !== "") {
      try {
        await get(path, { params: { q, limit: 1 }, signal: abort.signal });
      } catch (error) {
        if (isAborted(error)) return;
        setProblem(error.problem);
        return;
      }
    }
    setProblem(null);
    onSearch(q);
  };
  const key = (event) => {
    const { list, active } = offered;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.length) {
      event.preventDefault();
      setOffered({ ...offered, active: (active + step + list.length + (active < 0 && step < 0 ? 1 : 0)) % list.length });
    } else if (step === 1) {
      offer(text, input.current.selectionStart);
    } else if (event.key === "Tab" && list.length && !event.shiftKey && active >= 0) {
      event.preventDefault();
      take(list[active]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active >= 0) take(list[active]);
      else search(text.trim());
    } else if (event.key === "Escape") {
      if (list.length) close();
      else input.current.blur();
      event.stopPropagation();
    }
  };
  const typed = (event) => {
    setText(event.target.value);
    setProblem(null);
    offer(event.target.value, event.target.selectionStart);
  };

  const isOpen = offered.list.length > 0;
  return html`<div class="search" role="search">
    <div class="search-box">
      <${Icon} name="search" />
      <input ref=${input} id=${id} type="text" inputmode="search" enterkeyhint="search" autocomplete="off" spellcheck=${false}
        autocapitalize="off" role="combobox" aria-autocomplete="list"
        aria-expanded=${isOpen} aria-controls=${`${id}-offered`} aria-label=${label} placeholder=${placeholder ?? label}
        aria-activedescendant=${offered.active >= 0 ? `${id}-offered-${offered.active}` : undefined}
        aria-invalid=${problem ? "true" : undefined} aria-describedby=${problem ? `${id}-problem` : undefined}
        value=${text} onFocus=${learn} onInput=${typed} onKeyDown=${key} onBlur=${close} />
      ${text ? html`<${IconButton} icon="close" label="Clear the search" small onClick=${() => { setText(""); search(""); input.current.focus(); }} />`
        : html`<kbd aria-hidden="true">/</kbd>`}
    </div>
    <ul class=${`search-offered ${isOpen ? "" : "is-hidden"}`} id=${`${id}-offered`} role="listbox" aria-label="Completions">
      ${offered.list.map((each, place) => html`<li key=${each} id=${`${id}-offered-${place}`} role="option"
        aria-selected=${place === offered.active} class=${place === offered.active ? "is-active" : ""}
        onMouseDown=${(event) => { event.preventDefault(); take(each); }}>${each}</li>`)}
    </ul>
    ${problem && html`<div class="search-problem" id=${`${id}-problem`} role="alert">
      <strong>${problem.detail ?? problem.title}</strong>${problem.fix && html` <span>${problem.fix}</span>`}
    </div>`}
  </div>`;
}
