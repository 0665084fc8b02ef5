/** The view of scenarios: what is loaded, how it goes, what came of it. */

import { html } from "../vendor/preact.js";
import * as format from "../lib/format.js";
import { useQuery } from "../lib/live.js";
import { go, href } from "../lib/router.js";
import { Button, classes, Empty, ErrorBox, Loading, ViewHead } from "../lib/ui.js";
import { Windowed } from "../lib/windowed.js";
import { Detail } from "./scenarios/detail.js";
import { Loader } from "./scenarios/loader.js";
import { Outcome } from "./scenarios/parts.js";
import { Teaching } from "./scenarios/teaching.js";

export default function View({ params, query, account }) {
  const list = useQuery("/scenarios", { refreshOn: ["scenarios", "entry:scenario"] });
  const [id] = params;
  const isLoading = query.load !== undefined;
  const scenarios = list.data?.scenarios ?? [];
  const hasDetail = id !== undefined || isLoading;
  return html`<div class="view">
    <${ViewHead} title="Scenarios" count=${list.data && format.number(scenarios.length)} back=${hasDetail && scenarios.length > 0 ? href("scenarios") : null}>
      <${Button} kind="primary" icon="plus" href=${href("scenarios", { load: "new" })}>Load a scenario<//>
    <//>
    ${list.error && !list.data ? html`<${ErrorBox} error=${list.error} onRetry=${list.reload} />`
      : !list.data ? html`<${Loading} />`
      : scenarios.length === 0 && !hasDetail ? html`<${Teaching} />`
      : html`<div class=${classes("view-split", "scenarios-split", hasDetail && "has-detail", scenarios.length === 0 && "is-alone")}>
          <div class="scenarios-list"><${Windowed} items=${scenarios} id=${(each) => each.id} label="Scenarios" estimate=${66} selected=${isLoading ? null : (id ?? null)}
            onOpen=${(each) => go(["scenarios", each.id])}>${(each) => html`<${Row} play=${each} />`}<//></div>
          <div class="scenarios-detail" tabindex="0" role="region" aria-label=${isLoading ? "Load a scenario" : id === undefined ? "No scenario chosen" : `Scenario ${id}`}>
            ${isLoading ? html`<${Loader} key=${query.load} replaces=${query.load === "new" || query.load === "example" ? null : query.load} begins=${query.load} account=${account} onLoaded=${list.reload} />`
              : id !== undefined ? html`<${Detail} key=${id} id=${id} account=${account} />`
              : html`<${Empty} icon="scenarios" title="Choose a scenario"><p>Its steps, rules and checks are shown here, and move as it runs.</p><//>`}
          </div>
        </div>`}
  </div>`;
}

function Row({ play }) {
  const parts = [
    play.steps > 0 && `${play.steps_done} of ${format.count(play.steps, "step")}`,
    play.rules.length > 0 && format.count(play.rules.length, "rule"),
    play.checks > 0 && format.count(play.checks, "check"),
  ];
  return html`<div class="scenario-row">
    <div class="row"><strong class="grow clip">${play.id}</strong><${Outcome} outcome=${play.outcome} /></div>
    ${play.about && html`<div class="clip muted">${play.about}</div>`}
    <div class="row small muted num">${parts.filter(Boolean).join(" · ") || "empty"}${play.broken.length > 0 && html`<span class="tone-bad">newer text not taken</span>`}</div>
  </div>`;
}
