/** What is shown while nothing is loaded: what a scenario is, the smallest one, and where there are more. */

import { html } from "../../vendor/preact.js";
import { href } from "../../lib/router.js";
import { Button, Code, Empty } from "../../lib/ui.js";

export const EXAMPLE = `scenario: first
about: Your application sends an SMS, and the user answers.
rules:
  - {id: sms, when: {channel: sms}, capture: {user: message.to, us: message.from}}
timeline:
  - await: {rule: sms, within: 2m}
  - inbound: {channel: sms, from: "\${user}", to: "\${us}", text: "Thanks!"}
verify:
  - {messages: {direction: outbound}, count: 1}
  - {violations: 0}
`;

export function Teaching() {
  return html`<${Empty} icon="scenarios" title="No scenario is loaded">
    <p>A scenario says what users and the provider do while your application works, and what must have come of it. A small one:</p>
    <${Code} text=${EXAMPLE} label="a small scenario" />
    <div><${Button} kind="primary" href=${href("scenarios", { load: "example" })}>Put it into the editor<//></div>
    <p>More are in the folder <code>scenarios/</code> of the project, one for each thing that happens. Load one here, or begin with it:</p>
    <${Code} text=${"mockserver serve --scenario scenarios/sms-reminder.yaml --watch"} label="command" wrap />
  <//>`;
}
