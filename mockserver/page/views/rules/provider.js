/** What only the provider knows: its rules, the codes they end in, and the numbers they go by. */

import { html } from "../../vendor/preact.js";
import { bytes, channel as channelName, duration, number } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { Chip, KeyValues } from "../../lib/ui.js";
import { found } from "./read.js";
import { Find, NothingFits } from "./section.js";

function Rule({ rule }) {
  const { name, channels, kinds, about, default: mode, strict, remark, source } = rule;
  return html`<section class="card rules-rule" aria-label=${name}>
    <div class="card-head"><h2><code>${name}</code></h2>
      ${mode === "on" ? html`<${Chip} tone="info">always on<//>` : html`<${Chip} title="Open until the server is told what it rests on">${mode}<//>`}
      ${strict && html`<${Chip} tone="warn" title="--realism strict closes it for every account">closed by strict<//>`}</div>
    <div class="card-body stack"><p>${about}</p>
      <ul class="rules-codes">${Object.entries(channels).map(([channel, code]) => html`<li key=${channel}>${channelName(channel)} ${code === null ? html`<span class="muted">as told</span>`
        : html`<a class="num" href=${href(["rules", "errors"], { find: String(code) })}>${code}</a>`}</li>`)}</ul>
      <${KeyValues} rows=${[
        ["Only for", kinds.length > 0 && kinds.join(", ")],
        ...Object.entries(remark).map(([channel, words]) => [`While open, ${channelName(channel)}`, words]),
        ["Source", html`<span class="muted small">${source}</span>`],
      ]} /></div>
  </section>`;
}

/** Names and amounts of a mapping: "WhatsApp 67.1 MB". */
const each = (values, words) => Object.entries(values).map(([channel, value]) => `${channelName(channel)} ${words(value)}`).join(", ");

function Numbers({ provider }) {
  const { window, opt_out, barred_countries, media_max_bytes, template_max_chars, tags, sandbox } = provider;
  return html`<section class="card"><div class="card-head"><h2>What they go by</h2></div><div class="card-body"><${KeyValues} rows=${[
    ["Window", `${duration(window.length_s * 1000)} from a user's last message; free of it: ${each(window.free_kinds, (kinds) => kinds.join(", "))}; ${each(window.free_categories, (kinds) => kinds.join(", "))}`],
    ["Opting out", `${opt_out.stop.join(", ")} on ${opt_out.channels.map(channelName).join(", ")}; back with ${opt_out.start.join(", ")}`],
    ["Barred countries", html`calling codes <span class="num">${barred_countries.join(", ")}</span>`],
    ["Largest media", each(media_max_bytes, bytes)],
    ["Longest template", each(template_max_chars, (most) => `${number(most)} characters`)],
    ["Tags", html`<span class="rules-words">${tags.map((tag) => html`<code key=${tag} class="small">${tag}</code>`)}</span>`],
    ["Sandbox", html`<code>${sandbox.hosts.join(", ")}</code>, ${number(sandbox.rate.per_s)} message a second, joined with <code>${sandbox.pass_phrase}</code>`],
  ]} /></div></section>`;
}

export function Provider({ rules, query }) {
  const all = rules.provider.rules;
  const shown = found(all, query.find);
  return html`<p class="rules-about">The real API finds these out after its 202. A rule is open until the server is told what it rests on; then the first one that a message breaks, in this order, ends it with the code.</p>
    <${Find} label="Find a rule" value=${query.find} shown=${shown.length} total=${all.length} />
    ${shown.length === 0 && html`<${NothingFits} />`}
    <div class="rules-rules">${shown.map((rule) => html`<${Rule} key=${rule.name} rule=${rule} />`)}</div>
    ${!query.find && html`<${Numbers} provider=${rules.provider} />`}`;
}
