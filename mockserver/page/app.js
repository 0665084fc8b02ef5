/** The shell: what stands around every view. Knows the views by name only, and loads each when it is first shown. */

import { html, render, useEffect, useMemo, useRef, useState } from "./vendor/preact.js";
import { count, setClock } from "./lib/format.js";
import { Icon } from "./lib/icons.js";
import { connect, useConnection, useLive, useQuery } from "./lib/live.js";
import { go, href, useRoute } from "./lib/router.js";
import { Search } from "./lib/search.js";
import { Boundary, classes, Dialog, Empty, ErrorBox, FirstMessage, IconButton, Loading, Toasts } from "./lib/ui.js";
import { isTyping } from "./lib/windowed.js";

/** Every view: its name in the address, its words, the letter that goes to it after `g`, and the list its search looks in. */
const VIEWS = [
  { name: "conversations", label: "Conversations", letter: "c", list: "/conversations" },
  { name: "messages", label: "Messages", letter: "m", list: "/messages" },
  { name: "journal", label: "Journal", letter: "j", list: "/journal" },
  { name: "deliveries", label: "Deliveries", letter: "d", list: "/deliveries" },
  { name: "scenarios", label: "Scenarios", letter: "s" },
  { name: "clock", label: "Clock & faults", letter: "t" },
  { name: "rules", label: "Rules", letter: "r" },
  { name: "explain", label: "Explain", letter: "e" },
];
const HOME = "conversations";
const loaded = new Map();

/** Load the module of a view once. */
function load(name) {
  if (!loaded.has(name)) loaded.set(name, import(`./views/${name}.js`));
  return loaded.get(name);
}

function View({ route, connection }) {
  const [held, setHeld] = useState({ name: null, module: null, error: null });
  // A browser asks once for a module: one that could not be loaded needs a new page.
  const again = () => location.reload();
  const wasLost = useRef(false);
  useEffect(() => {
    if (connection === "open" && wasLost.current && held.error) again(); // the server was away
    wasLost.current = connection === "lost" || (wasLost.current && connection !== "open");
  }, [connection]);
  useEffect(() => {
    let isGone = false;
    const set = (changes) => isGone || setHeld({ name: route.view, module: null, error: null, ...changes });
    load(route.view).then((module) => set({ module }), (error) => set({ error }));
    return () => {
      isGone = true;
    };
  }, [route.view]);
  if (held.name !== route.view) return html`<div class="view"><${Loading} /></div>`;
  if (held.error) return html`<div class="view"><${ErrorBox} error=${held.error} onRetry=${again} /></div>`;
  return html`<${held.module.default} key=${route.account} params=${route.params} query=${route.query} account=${route.account} />`;
}

const THEMES = [
  { theme: null, icon: "system", label: "Theme: as the system" },
  { theme: "light", icon: "sun", label: "Theme: light" },
  { theme: "dark", icon: "moon", label: "Theme: dark" },
];

function ThemeButton() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? null);
  const at = THEMES.findIndex((each) => each.theme === theme);
  const turn = () => {
    const next = THEMES[(at + 1) % THEMES.length].theme;
    if (next) document.documentElement.dataset.theme = next;
    else delete document.documentElement.dataset.theme;
    try {
      if (next) localStorage.setItem("mockserver-theme", next);
      else localStorage.removeItem("mockserver-theme");
    } catch {
      // Storage is forbidden here: the choice lasts as long as the page.
    }
    setTheme(next);
  };
  return html`<${IconButton} icon=${THEMES[at].icon} label=${THEMES[at].label} onClick=${turn} />`;
}

const LIGHTS = {
  open: { tone: "ok", text: "Live" },
  connecting: { tone: "warn", text: "Connecting" },
  lost: { tone: "bad", text: "Reconnecting" },
};

function Light({ connection }) {
  const { tone, text } = LIGHTS[connection.status];
  const title = connection.status === "open" ? `Live: mockserver ${connection.version}` : "The server does not answer; trying again";
  return html`<span class=${`light tone-${tone}`} role="status" title=${title}><span class="light-dot"></span><span class="light-text">${text}</span></span>`;
}

function AccountSwitcher({ accounts, fallback, route }) {
  const shown = route.account ?? fallback ?? "";
  const keys = accounts.map((each) => each.api_key);
  const all = shown && !keys.includes(shown) ? [shown, ...keys] : keys;
  const choose = (event) => {
    const account = event.target.value;
    const isList = VIEWS.some((each) => each.name === route.view);
    go(isList ? route.view : HOME, {}, { account: account === fallback ? null : account });
  };
  return html`<label class="account"><span class="sr-only">Account</span><${Icon} name="user" size=${14} />
    <select value=${shown} onChange=${choose}>
      ${all.map((each) => html`<option key=${each} value=${each} selected=${each === shown}>${each}</option>`)}
    </select></label>`;
}

function Nav({ route }) {
  const strip = useRef(null);
  useEffect(() => {
    strip.current.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [route.view]);
  return html`<nav class="nav" aria-label="Views"><ul ref=${strip}>
    ${VIEWS.map(({ name, label, letter }) => html`<li key=${name}><a href=${href(name)} aria-current=${route.view === name ? "page" : undefined}
      title=${`${label} (g ${letter})`}><${Icon} name=${name} /><span>${label}</span></a></li>`)}
  </ul></nav>`;
}

/** What is out of the ordinary: time that is not real, what is broken on purpose, webhooks held back. */
function Banner({ clock, faults, webhooks, connection }) {
  const words = [];
  if (clock && clock.mode !== "real") {
    words.push(clock.mode === "manual" ? html`Time stands still at <time class="num">${clock.at.replace("T", " ").slice(0, 19)} UTC</time>` : `Time runs ${clock.mode} as fast`);
  } else if (clock?.own && Math.abs(Date.parse(clock.at) - clock.seenAt) > 60_000) {
    words.push(html`Time is not real: it is <time class="num">${clock.at.replace("T", " ").slice(0, 19)} UTC</time> for this account`);
  }
  const active = (faults?.faults ?? []).filter((each) => !each.spent);
  if (active.length) words.push(`Broken on purpose: ${[...new Set(active.map((each) => `${each.on} ${each.do.replaceAll("_", " ")}`))].slice(0, 3).join(", ")}${active.length > 3 ? ", …" : ""}`);
  return html`<div class="banners" role="region" aria-label="Out of the ordinary">
    ${connection.status === "lost" && html`<div class="banner banner-bad" role="alert"><${Icon} name="alert" /><span>The server does not answer. What is shown may be old; this page tries again by itself.</span></div>`}
    ${words.length > 0 && html`<div class="banner"><${Icon} name="alert" /><span>${words.map((each, at) => html`${at > 0 && " · "}${each}`)}</span><a href=${href("clock")}>Clock & faults</a></div>`}
    ${webhooks?.paused && html`<div class="banner"><${Icon} name="pause" /><span>Webhooks are paused: ${count(webhooks.held, "webhook")} held back until they are let go.</span><a href=${href("deliveries")}>Deliveries</a></div>`}
  </div>`;
}

const KEYS = [
  ["/", "Search"],
  ...VIEWS.map(({ letter, label }) => [`g ${letter}`, label]),
  ["j k", "Next, previous (or arrows)"],
  ["Home End", "First, last"],
  ["Enter", "Open"],
  ["Esc", "Close, or leave the search"],
  ["?", "This help"],
];

const SEARCHES = [
  ["to:4477*", "a field and its value; * and ? are wild"],
  ['text:"your order"', "quotes hold words together"],
  ["-channel:sms", "a minus turns it round"],
  ["has:error", "also ref, violation, finding, fault"],
  ["status:delivered channel:viber", "all of them must fit"],
];

function Help({ onClose }) {
  return html`<${Dialog} title="Help" onClose=${onClose} wide>
    <div class="help">
      <section><h3>Keys</h3><dl class="keys">${KEYS.map(([keys, about]) => html`<div><dt>${keys.split(" ").map((each) => html`<kbd>${each}</kbd> `)}</dt><dd>${about}</dd></div>`)}</dl></section>
      <section><h3>Search</h3><dl class="keys">${SEARCHES.map(([example, about]) => html`<div><dt><code>${example}</code></dt><dd>${about}</dd></div>`)}</dl>
        <p class="muted">Everything here comes from the control API, described at <a href="/_mock/openapi.json">/_mock/openapi.json</a>. Each address of this page can be bookmarked and sent on.</p></section>
    </div>
  <//>`;
}

/** Keys that work everywhere. */
function useKeys(openHelp) {
  useEffect(() => {
    let afterG = -Infinity;
    const isOurs = (event) =>
      !event.defaultPrevented && !event.altKey && !event.ctrlKey && !event.metaKey && !isTyping(event) && !document.querySelector("dialog[open]");
    // Before a list is told: it takes j for itself.
    const pressAfterG = (event) => {
      const isGoing = performance.now() - afterG < 1500;
      if (event.key !== "Shift") afterG = -Infinity;
      const view = isGoing && isOurs(event) && VIEWS.find((each) => each.letter === event.key);
      if (!view) return;
      go(view.name);
      event.preventDefault();
      event.stopPropagation();
    };
    const press = (event) => {
      if (!isOurs(event)) return;
      if (event.key === "g") afterG = performance.now();
      else if (event.key === "/") document.getElementById("search")?.focus();
      else if (event.key === "?") openHelp();
      else if (["j", "k"].includes(event.key)) return toList(event);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", pressAfterG, true);
    addEventListener("keydown", press);
    return () => {
      removeEventListener("keydown", pressAfterG, true);
      removeEventListener("keydown", press);
    };
  }, []);
}

/** Hand a key to the list of the view, where nothing else has the focus. */
function toList(event) {
  const list = document.querySelector("main [data-list]");
  if (!list || list.contains(event.target)) return;
  list.focus({ preventScroll: true });
  list.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true, cancelable: true }));
  event.preventDefault();
}

function useAccount(route) {
  const connection = useConnection();
  const { data: listed } = useQuery("/accounts", { refreshOn: ["accounts"] });
  const accounts = listed?.accounts ?? [];
  const isNamed = route.account !== null;
  const isUnknown = isNamed && listed !== null && !accounts.some((each) => each.api_key === route.account);
  const isThere = !isNamed || (listed !== null && !isUnknown); // asked before that, the server would say 404
  const [fallback, setFallback] = useState(null);
  useEffect(() => {
    if (route.account === null && connection.account) setFallback(connection.account);
  }, [connection.account, route.account]);
  useEffect(() => {
    if (isThere || isUnknown) connect(isUnknown ? null : route.account);
  }, [route.account, isThere, isUnknown]);
  return { connection, accounts, isUnknown, isThere, fallback };
}

function NoAccount({ route, accounts }) {
  return html`<div class="view"><${Empty} icon="user" title="No such account yet">
    <p>Nobody has used the key <code>${route.account}</code> so far. An account comes to be with the first request that names it; this page shows it then:</p>
    <${FirstMessage} account=${route.account} />
    ${accounts.length > 0 && html`<p>Known: ${accounts.map((each, at) => html`${at > 0 && ", "}<a href=${href(route.view || HOME, {}, each.api_key)}>${each.api_key}</a>`)}</p>`}
  <//></div>`;
}

function App() {
  const route = useRoute();
  const { connection, accounts, isUnknown, isThere, fallback } = useAccount(route);
  const [isHelping, setHelping] = useState(false);
  const { data: clock } = useQuery(isThere ? "/clock" : null, { refreshOn: ["clock"] });
  const wereBroken = useRef(false); // a fault may be spent by any request or webhook
  const { data: faults } = useQuery(isThere ? "/faults" : null, {
    refreshOn: ({ state, entries }) => state.has("faults") || (wereBroken.current && entries.length > 0),
  });
  wereBroken.current = faults?.faults.some((each) => !each.spent) ?? false;
  const werePaused = useRef(false);
  const { data: webhooks } = useQuery(isThere ? "/deliveries" : null, {
    params: { limit: 1 },
    refreshOn: ({ state, entries }) => state.has("deliveries") || (werePaused.current && entries.length > 0),
  });
  werePaused.current = webhooks?.paused ?? false;
  const seenClock = useMemo(() => clock && { ...clock, seenAt: Date.now() }, [clock]);
  if (seenClock) setClock(seenClock);
  const view = VIEWS.find((each) => each.name === route.view);
  useKeys(() => setHelping(true));

  const main = useRef(null);
  const before = useRef(route.view);
  useEffect(() => {
    if (route.view === "") go(HOME, {}, { replace: true });
    document.title = view ? `${view.label} · mockserver` : "mockserver";
    if (before.current && before.current !== route.view && !document.activeElement?.closest("main")) main.current.focus({ preventScroll: true });
    before.current = route.view;
  }, [route.view]);

  const searched = view?.list ? view : VIEWS.find((each) => each.name === "messages");
  const search = (q) => go(searched.name, { ...(searched === view ? route.query : {}), q });
  const skip = (event) => {
    event.preventDefault();
    main.current.focus();
  };
  return html`<div class="shell">
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="header">
      <a class="brand" href=${href(HOME)}><img src="/_page/icon.svg" alt="" width="22" height="22" /><span>mockserver</span></a>
      <${Search} path=${searched.list} value=${searched === view ? (route.query.q ?? "") : ""} onSearch=${search} label=${`Search ${searched.label.toLowerCase()}`} />
      <div class="header-end">
        <${Light} connection=${connection} />
        <${AccountSwitcher} accounts=${accounts} fallback=${fallback} route=${route} />
        <${ThemeButton} />
        <${IconButton} icon="help" label="Help (?)" onClick=${() => setHelping(true)} />
      </div>
    </header>
    <${Nav} route=${route} />
    <${Banner} clock=${seenClock} faults=${faults} webhooks=${webhooks} connection=${connection} />
    <main id="main" ref=${main} tabindex="-1">
      <${Boundary} of=${`${route.view} ${route.params.join("/")}`}>
        ${isUnknown ? html`<${NoAccount} route=${route} accounts=${accounts} />`
          : view && !isThere ? html`<div class="view"><${Loading} /></div>`
          : view ? html`<${View} route=${route} connection=${connection.status} />`
          : route.view !== "" && html`<div class="view"><${Empty} icon="explain" title="Nothing is at this address">
              <p>The views are ${VIEWS.map((each, at) => html`${at > 0 && ", "}<a href=${href(each.name)}>${each.label}</a>`)}.</p><//></div>`}
      <//>
    </main>
    <${Toasts} />
    ${isHelping && html`<${Help} onClose=${() => setHelping(false)} />`}
  </div>`;
}

render(html`<${App} />`, document.getElementById("app"));
