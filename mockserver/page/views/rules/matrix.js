/** The capability matrices: kinds down, channels across, each cell a link to what it is. */

import { html, useRef } from "../../vendor/preact.js";
import { channel as channelName, count as counted } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { href } from "../../lib/router.js";
import { classes } from "../../lib/ui.js";
import { Mark } from "./coverage.js";
import { impossible, isPossible, met } from "./read.js";

const TITLES = { outbound: "What you send", inbound: "What users send" };

/** What the marks mean. */
export function Legend() {
  return html`<ul class="rules-legend" aria-label="Legend">
    <li><span class="rules-mark is-met"><${Icon} name="check" size=${12} /><span class="num">3</span></span> met in this run, how often</li>
    <li><span class="rules-mark"><span class="rules-ring"></span></span> possible, not met yet</li>
    <li><span class="rules-none" aria-hidden="true">–</span> not possible</li>
  </ul>`;
}

function Cell({ rules, coverage, version, direction, channel, kind, isOpen }) {
  const row = rules.row(version, direction, channel, kind);
  if (row === undefined) return html`<span class="rules-cell rules-none"><span aria-hidden="true">–</span><span class="sr-only">not possible</span></span>`;
  const own = { class: classes("rules-cell", isOpen && "is-open"), href: href(["rules", version, channel, kind]), "aria-current": isOpen ? "true" : undefined };
  const words = html`<span class="sr-only">${channelName(channel)} ${kind}: </span>`;
  if (!isPossible(row)) return html`<a ...${own} title=${impossible(row)}>${words}<span class="rules-none" aria-hidden="true">–</span><span class="sr-only">not possible</span></a>`;
  const { count } = met(coverage, row);
  return html`<a ...${own} class=${classes(own.class, count > 0 && "is-met")} title=${`${channelName(channel)} ${kind}: ${count ? `met ${counted(count, "time")}` : "not met yet"}`}>${words}<${Mark} count=${count} /></a>`;
}

const STEPS = { ArrowUp: [-1, 0], k: [-1, 0], ArrowDown: [1, 0], j: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Arrows move between the links of a table; cells without one are skipped. */
function useArrows() {
  const box = useRef(null);
  const press = (event) => {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const grid = [...box.current.querySelectorAll("tbody tr")].map((each) => [...each.children]);
    let row = grid.findIndex((each) => each.some((cell) => cell.contains(document.activeElement)));
    let column = row < 0 ? 0 : grid[row].findIndex((cell) => cell.contains(document.activeElement));
    event.preventDefault();
    event.stopPropagation();
    if (row < 0) return box.current.querySelector("tbody a")?.focus();
    for (;;) {
      row += step[0];
      column += step[1];
      const cell = grid[row]?.[column];
      if (!cell) return;
      const link = cell.querySelector("a");
      if (link) return link.focus();
    }
  };
  return { ref: box, onKeyDown: press };
}

/** @param {{rules: object, coverage: object|null, version: string, direction: string, channel?: string, kind?: string}} props */
export function Matrix({ rules, coverage, version, direction, channel, kind }) {
  const arrows = useArrows();
  const channels = rules.channelsIn(version);
  const title = TITLES[direction];
  return html`<section class="rules-matrix" aria-label=${title}>
    <h2>${title}</h2>
    <div class="table-box" data-list tabindex="-1" ...${arrows}>
      <table class="rules-table"><caption class="sr-only">${title} in Messages ${version}: kinds by channel</caption>
        <thead><tr><th scope="col"><span class="sr-only">Kind</span></th>
          ${channels.map(({ name }) => html`<th scope="col" key=${name}><a href=${href(["rules", version, name])}
            aria-current=${name === channel && kind === undefined ? "true" : undefined}>${channelName(name)}</a></th>`)}</tr></thead>
        <tbody>${rules.kindsIn(version, direction).map((each) => html`<tr key=${each}><th scope="row">${each}</th>
          ${channels.map(({ name }) => html`<td key=${name}><${Cell} rules=${rules} coverage=${coverage} version=${version} direction=${direction}
            channel=${name} kind=${each} isOpen=${name === channel && each === kind} /></td>`)}</tr>`)}</tbody>
      </table>
    </div>
  </section>`;
}
