/** What one cell of a matrix, or one channel, allows: limits, addresses, options, statuses, sources. */

import { html } from "../../vendor/preact.js";
import { channel as channelName } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { useConnection } from "../../lib/live.js";
import { href } from "../../lib/router.js";
import { Chip, Empty, KeyValues, Status } from "../../lib/ui.js";
import { Mark } from "./coverage.js";
import { Received, Sent } from "./example.js";
import { impossible, isPossible, limits, met, optionPlace, optionWords } from "./read.js";

function Head({ title, version, back }) {
  return html`<header class="rules-detail-head"><h2>${title}</h2><${Chip}>${version}<//>
    <a class="button button-quiet icon-button rules-close" href=${back} aria-label="Close" title="Close"><${Icon} name="close" /></a></header>`;
}

function Part({ title, children }) {
  return html`<section class="rules-part"><h3>${title}</h3>${children}</section>`;
}

function Address({ shape }) {
  if (!shape) return null;
  return html`<span>${shape.words}</span>${shape.example && html` <span class="muted">such as <code>${shape.example}</code></span>`}`;
}

function Addresses({ rules, version, channel, direction }) {
  return html`<${KeyValues} rows=${["from", "to"].map((side) => {
    const shape = rules.address(version, channel, direction, side);
    const name = version === "v0.1" && shape ? `${side}.${shape.member}` : side;
    return [html`<code>${name}</code>`, shape && html`<${Address} shape=${shape} />`];
  })} />`;
}

function Options({ rules, version, channel, kind, row }) {
  const options = rules.options(version, channel, kind);
  if (options.length === 0) return html`<p class="muted">None.</p>`;
  return html`<${KeyValues} rows=${options.map(([name, option]) => {
    const words = optionWords(option, version, rules.shapes);
    const isNeeded = row?.options_needed.includes(name);
    const when = Object.entries(option.needed_when).map(([other, value]) => `${other} is ${value}`).join(", ");
    return [html`<code class="breaks">${name}</code>`, html`${isNeeded && html`<${Chip} tone="warn">needed<//> `}${when && html`<${Chip}>needed where ${when}<//> `}${words && html`<span>${words}</span> `}
      <span class="muted nowrap">${optionPlace(option, version, rules.channels[channel])}</span>`];
  })} />`;
}

function Statuses({ rules, coverage, version, channel }) {
  const { statuses, moves } = rules.channels[channel];
  return html`<ul class="rules-statuses">${statuses.map((status) => {
    const from = Object.entries(moves).filter(([, to]) => to.includes(status)).map(([each]) => each);
    return html`<li key=${status}><${Status} status=${status} /><span class="muted small">after ${from.join(" or ")}</span>
      <${Mark} count=${coverage?.cells[`status:${version}:${channel}:${status}`] ?? 0} /></li>`;
  })}</ul>`;
}

function Provider({ rules, channel, kind }) {
  const found = rules.providerRules(channel, kind);
  return html`<ul class="rules-providers">${found.map(({ name, about, channels }) => html`<li key=${name}>
    <a href=${href(["rules", "provider"], { find: name })}>${name}</a>${channels[channel] !== null && html` <a class="num" href=${href(["rules", "errors"], { find: String(channels[channel]) })}>${channels[channel]}</a>`}
    <span class="muted small"> ${about}</span></li>`)}</ul>`;
}

/** What a PATCH may make of a message of the channel. */
function updates(rules, version, channel) {
  const { v1 } = rules.channels[channel];
  return version === "v0.1" ? "" : Object.entries(v1?.updates ?? {}).map(([direction, status]) => `${direction} to ${status}`).join(", ");
}

function Way({ rules, coverage, row }) {
  const { dialect: version, channel, kind, direction } = row;
  const title = direction === "outbound" ? "You send it" : "A user sends it";
  if (!isPossible(row)) {
    return html`<section class="rules-way"><div class="rules-way-head"><h3>${title}</h3><${Chip}>not possible<//></div>
      <p>${impossible(row)}</p><p class="muted small">Source: ${row.source}</p></section>`;
  }
  const { count, name } = met(coverage, row);
  const connection = useConnection();
  const isSent = direction === "outbound";
  const q = `version:${version} channel:${channel} kind:${row.through ?? kind} direction:${direction}`;
  return html`<section class="rules-way" aria-label=${title}>
    <div class="rules-way-head"><h3>${title}</h3><${Chip} tone=${count ? "ok" : ""}><${Mark} count=${count} />${count ? "" : "not met yet"}<//>
      ${count > 0 && html`<a class="small" href=${href("messages", { q })}>show them</a>`}</div>
    <${KeyValues} rows=${[
      ...limits(row),
      ["Extensions", row.extensions.length > 0 && html`<span class="rules-words">${row.extensions.map((each) => html`<code key=${each}>.${each}</code>`)}</span>`],
      ["Name", row.name_shape && html`<${Address} shape=${rules.shapes[row.name_shape]} />`],
      ["Travels as", row.through && html`a <code>${row.through}</code> object`],
      ["Counted as", html`<code class="breaks">${name}</code>`],
      ...Object.entries(row.notes).map(([place, words]) => ["Note", html`<code class="breaks">${place}</code> ${words}`]),
    ]} />
    <${Part} title="Addresses"><${Addresses} rules=${rules} version=${version} channel=${channel} direction=${direction} /><//>
    ${isSent && html`<${Part} title="Options"><${Options} rules=${rules} version=${version} channel=${channel} kind=${kind} row=${row} /><//>
      <${Part} title="Statuses"><${Statuses} rules=${rules} coverage=${coverage} version=${version} channel=${channel} /><//>`}
    <${Part} title="Example">${isSent ? html`<${Sent} rules=${rules} row=${row} account=${connection.account} />` : html`<${Received} row=${row} />`}<//>
    ${isSent && html`<${Part} title="What only the provider knows"><${Provider} rules=${rules} channel=${channel} kind=${kind} /><//>`}
    <p class="muted small breaks">Source: ${row.source}${row.schema && html`; <code>${row.schema}</code> in <code>specs/messages-${version}.yaml</code>`}</p>
  </section>`;
}

function NoSuch({ version, children }) {
  return html`<${Empty} icon="rules" title="No such cell"><p>${children} <a href=${href(["rules", version])}>Show the matrices</a>.</p><//>`;
}

/** Both directions of a kind on a channel. */
export function CellDetail({ rules, coverage, version, channel, kind }) {
  const rows = ["outbound", "inbound"].map((direction) => rules.row(version, direction, channel, kind)).filter(Boolean);
  if (rows.length === 0) return html`<${NoSuch} version=${version}>Messages ${version} has no <code>${kind}</code> on <code>${channel}</code>.<//>`;
  return html`<${Head} title=${`${channelName(channel)} ${kind}`} version=${version} back=${href(["rules", version])} />
    <p class="small"><a href=${href(["rules", version, channel])}>All of ${channelName(channel)}</a></p>
    ${rows.map((row) => html`<${Way} key=${row.direction} rules=${rules} coverage=${coverage} row=${row} />`)}`;
}

/** What holds for a channel whatever the kind. */
export function ChannelDetail({ rules, coverage, version, channel }) {
  const known = rules.channels[channel];
  if (!Object.hasOwn(rules.channels, channel) || !(version in known.names)) return html`<${NoSuch} version=${version}>Messages ${version} has no channel <code>${channel}</code>.<//>`;
  const kinds = (direction) => rules.kindsIn(version, direction).filter((kind) => isPossible(rules.row(version, direction, channel, kind)));
  const links = (direction) => html`<span class="rules-words">${kinds(direction).map((kind) => html`<a key=${kind} href=${href(["rules", version, channel, kind])}>${kind}</a>`)}</span>`;
  return html`<${Head} title=${known.title} version=${version} back=${href(["rules", version])} />
    <${KeyValues} rows=${[
      ["Written", html`<code>${known.names[version]}</code>`],
      ["You send", links("outbound")],
      ["Users send", links("inbound")],
      ["Price", html`<span class="num">${known.price} ${known.currency}</span>`],
      ["PATCH", updates(rules, version, channel)],
    ]} />
    <${Part} title="Addresses"><${Addresses} rules=${rules} version=${version} channel=${channel} direction="outbound" /><//>
    <${Part} title="Options"><${Options} rules=${rules} version=${version} channel=${channel} kind=${null} /><//>
    <${Part} title="Statuses"><${Statuses} rules=${rules} coverage=${coverage} version=${version} channel=${channel} /><//>
    <${Part} title="What only the provider knows"><${Provider} rules=${rules} channel=${channel} kind=${null} /><//>
    <p class="muted small breaks">Source: ${known.source}</p>`;
}
