/** The view of rules: what the API takes and tells, and how much of that this run has met. */

import { html, useEffect, useRef } from "../vendor/preact.js";
import { useQuery } from "../lib/live.js";
import { href } from "../lib/router.js";
import { classes, Empty, ErrorBox, Loading, ViewHead } from "../lib/ui.js";
import { Bars, Shortfalls } from "./rules/coverage.js";
import { CellDetail, ChannelDetail } from "./rules/detail.js";
import { Errors } from "./rules/errors.js";
import { Http } from "./rules/http.js";
import { Magic } from "./rules/magic.js";
import { Legend, Matrix } from "./rules/matrix.js";
import { Provider } from "./rules/provider.js";
import { Rules } from "./rules/read.js";

const SECTIONS = [
  { name: "errors", label: "Error codes", draw: Errors },
  { name: "http", label: "HTTP errors", draw: Http },
  { name: "magic", label: "Magic values", draw: Magic },
  { name: "provider", label: "Provider rules", draw: Provider },
];

function Sections({ rules, active }) {
  const all = [...rules.versions.map((each) => ({ name: each, label: `Messages ${each}` })), ...SECTIONS];
  const strip = useRef(null);
  useEffect(() => strip.current.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [active]);
  return html`<nav ref=${strip} class="rules-sections" aria-label="Parts of the rules">
    ${all.map(({ name, label }) => html`<a key=${name} class="tab" href=${href(["rules", name])} aria-current=${name === active ? "page" : undefined}>${label}</a>`)}
  </nav>`;
}

function Matrices({ rules, coverage, version, channel, kind }) {
  const isOpen = channel !== undefined;
  return html`<div class=${classes("rules-parts", isOpen && "has-detail")}>
    <div class="rules-main">
      <${Bars} coverage=${coverage} />
      <${Shortfalls} coverage=${coverage} />
      <${Legend} />
      <div class="rules-matrices">
        ${["outbound", "inbound"].map((direction) => html`<${Matrix} key=${direction} rules=${rules} coverage=${coverage}
          version=${version} direction=${direction} channel=${channel} kind=${kind} />`)}
      </div>
    </div>
    ${isOpen && html`<aside class="rules-detail" aria-label="What was chosen" key=${`${version} ${channel} ${kind}`}>
      ${kind === undefined
        ? html`<${ChannelDetail} rules=${rules} coverage=${coverage} version=${version} channel=${channel} />`
        : html`<${CellDetail} rules=${rules} coverage=${coverage} version=${version} channel=${channel} kind=${kind} />`}
    </aside>`}
  </div>`;
}

function Unknown({ rules, name }) {
  return html`<${Empty} icon="rules" title="No such rules"><p>There is nothing called <code>${name}</code>. Known are ${
    [...rules.versions, ...SECTIONS.map((each) => each.name)].map((each, at) => html`${at > 0 && ", "}<a href=${href(["rules", each])}>${each}</a>`)}.</p><//>`;
}

export default function View({ params, query }) {
  const { data: told, error, reload } = useQuery("/rules", { refreshOn: [] });
  const { data: coverage } = useQuery("/coverage", { refreshOn: ["entry"] });
  if (error && !told) return html`<div class="view"><${ViewHead} title="Rules" /><${ErrorBox} error=${error} onRetry=${reload} /></div>`;
  if (!told) return html`<div class="view"><${ViewHead} title="Rules" /><${Loading} lines=${8} /></div>`;
  const rules = Rules.of(told);
  const [name = rules.versions.at(-1), channel, kind] = params;
  const section = SECTIONS.find((each) => each.name === name);
  const isVersion = rules.versions.includes(name);
  return html`<div class=${classes("view rules", isVersion && channel && "has-detail")}>
    <${ViewHead} title="Rules" back=${isVersion && channel ? href(["rules", name]) : null}>
      ${coverage && html`<span class="muted"><span class="num">${coverage.percent} %</span> of the contract met in this run</span>`}<//>
    <${Sections} rules=${rules} active=${name} />
    ${isVersion ? html`<${Matrices} rules=${rules} coverage=${coverage} version=${name} channel=${channel} kind=${kind} />`
      : section ? html`<div class="view-body rules-body" key=${name}><${section.draw} rules=${rules} coverage=${coverage} query=${query} /></div>`
      : html`<${Unknown} rules=${rules} name=${name} />`}
  </div>`;
}
