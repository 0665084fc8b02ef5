/** The view of clock & faults: what time the account has, moving it, and what is broken on purpose. */

import { html } from "../vendor/preact.js";
import { useQuery } from "../lib/live.js";
import { ErrorBox, Loading, ViewHead } from "../lib/ui.js";
import { Advance } from "./clock/advance.js";
import { Faults } from "./clock/faults.js";
import { SetClock } from "./clock/set.js";
import { AccountTime } from "./clock/time.js";

export default function View({ account }) {
  return html`<div class="view">
    <${ViewHead} title="Clock & faults" />
    <div class="view-body clock-view" tabindex="0" role="region" aria-label="Clock and faults"><div class="clock-column">
      <${Clock} account=${account} />
      <${Faults} account=${account} />
    </div></div>
  </div>`;
}

function Clock({ account }) {
  const { data: clock, error, reload, setData } = useQuery("/clock", { refreshOn: ["clock", "entry"] });
  if (error && !clock) return html`<${ErrorBox} error=${error} onRetry=${reload} />`;
  if (!clock) return html`<${Loading} />`;
  return html`<section class="card" aria-labelledby="clock-title">
    <header class="card-head"><h2 id="clock-title">Time</h2></header>
    <div class="clock-parts">
      <${AccountTime} clock=${clock} />
      <${SetClock} clock=${clock} onSet=${setData} />
      <${Advance} clock=${clock} account=${account} onMoved=${reload} onStopped=${setData} />
    </div>
  </section>`;
}
