/** One talk: its head, its bubbles, and the box that writes as the user. */

import { html, useMemo, useRef, useState } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import * as format from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { current, href } from "../../lib/router.js";
import { Button, Chip, classes, Copy, Empty, ErrorBox, Loading, Time, useTicking } from "../../lib/ui.js";
import { Windowed } from "../../lib/windowed.js";
import { Compose } from "./compose.js";
import { Details } from "./details.js";
import { MessageRow, RefusedRow } from "./bubble.js";
import { Face } from "./list.js";
import { contextOf, kindsOf } from "./kinds.js";
import { standing, useArrivals, useAsked, useTalk } from "./state.js";
import { partsOf, rowsOf } from "./thread.js";

const FAR_PX = 300;

function Standing({ known, parts }) {
  useTicking(30_000);
  const { isOut, window } = standing(known, parts);
  return html`${isOut && html`<${Chip} tone="bad" icon="close" title="Messages to this user are rejected with 1240 until START">opted out<//>`}
    ${window?.isOpen && html`<${Chip} tone="ok" icon="clockface" title=${`Free to write until ${window.endsAt}`}>reply window ends <${Time} at=${window.endsAt} as="ago" /><//>`}
    ${window && !window.isOpen && html`<${Chip} tone="warn" icon="clockface" title="The user has not written within 24 hours">reply window closed<//>`}`;
}

/** The search that finds the messages of a talk. */
function searchOf({ channel, user }) {
  return user.includes('"') ? `channel:${channel}` : `channel:${channel} "${user}"`;
}

function Head({ parts, name, known, query }) {
  const { channel, user, sender } = parts;
  return html`<header class="talk-head">
    <a class="button button-quiet icon-button talk-back" href=${href("conversations", query)} aria-label="Back to all conversations" title="Back"><${Icon} name="back" /></a>
    <${Face} channel=${channel} />
    <div class="grow talk-who"><div class="row"><h1 class="clip" dir="auto" title=${user}>${name ?? user}</h1><${Copy} text=${user} label="Copy the user's address" /></div>
      <div class="muted small clip">${format.channel(channel)}${name && html` · <span dir="auto">${user}</span>`} · with <span dir="auto">${sender}</span></div></div>
    <div class="row wrap talk-standing"><${Standing} known=${known} parts=${parts} />
      <${Button} small icon="messages" href=${href("messages", { q: searchOf(parts) })}>Messages<//></div>
  </header>`;
}

/** The version in which a user's message most likely arrives: as set, else that of the last message. */
const likelyVersion = (told, messages) => told?.webhook_version ?? messages[0]?.version ?? "v1";

function Row({ row, ...more }) {
  return html`<div class=${classes("talk-row", row.isFollowing && "is-following")}>
    ${row.day && html`<h2 class="day">${row.day}</h2>`}
    ${row.entry ? html`<${RefusedRow} entry=${row.entry} />` : html`<${MessageRow} row=${row} ...${more} delivery=${more.arrivals.get(row.id)} />`}
  </div>`;
}

/** What runs tasks one after the other: what a user says arrives as it was said, whether written or pressed. */
function useTurns() {
  const last = useRef(Promise.resolve());
  return (task) => {
    const turn = last.current.then(task);
    last.current = turn.catch(() => null);
    return turn;
  };
}

/** @param {{id: string, query: object, known: ReturnType<import("./state.js").useKnown>}} props */
export function Talk({ id, query, known }) {
  const path = `/conversations/${encodeURIComponent(id)}`;
  const parts = useMemo(() => partsOf(id), [id]);
  const found = useTalk(path, parts);
  const arrivals = useArrivals(parts);
  const [opened, setOpened] = useState(null);
  const [target, setTarget] = useState(null);
  const [wanted, ask] = useAsked();
  const [arrived, setArrived] = useState(null);
  const [isFar, setFar] = useState(false);
  const inTurn = useTurns();
  const box = useRef(null);

  const isNew = found.error?.status === 404;
  const happenings = isNew ? [] : found.items;
  const messages = useMemo(() => happenings.filter((each) => each.message).map((each) => each.message), [happenings]);
  const rows = useMemo(() => rowsOf(happenings), [happenings]);
  const kinds = useMemo(() => kindsOf(known.rows, parts.channel), [known.rows, parts.channel]);
  const { opt_out: optOut } = known.rules?.provider ?? {};
  const quick = optOut?.channels.includes(parts.channel) ? [...optOut.stop, ...optOut.start].map((each) => each.toUpperCase()) : [];

  const toEnd = () => {
    const windowed = box.current?.querySelector(".windowed");
    if (windowed) windowed.scrollTop = windowed.scrollHeight;
  };
  const deliver = async (body, account) => {
    const isReaction = body.kind === "reaction" && !body.context && parts.channel === "whatsapp";
    const last = isReaction && messages.find((each) => each.direction === "outbound" && each.kind !== "reaction");
    const whole = last ? { ...body, version: "v1", ...contextOf(last, "v1") } : body;
    const answer = isNew
      ? await post("/inbound", { ...whole, channel: parts.channel, from: parts.user, to: parts.sender }, { account })
      : await post(`${path}/reply`, whole, { account });
    if (current.account !== account) return answer;
    setArrived(answer);
    setTarget(null);
    toEnd();
    await found.reload();
    requestAnimationFrame(toEnd);
    return answer;
  };
  const send = (body) => {
    const { account } = current; // another may be looked at when its turn comes
    return inTurn(() => deliver(body, account));
  };
  const press = (choice, message) => {
    if (choice.ask) return ask(choice.ask);
    const isV1 = message.version === "v1" || choice.press.version === "v1" || choice.press.kind === "reply" || choice.press.kind === "order";
    const context = parts.channel === "whatsapp" && isV1 ? { version: "v1", ...contextOf(message, "v1") } : {};
    return send({ ...choice.press, ...context });
  };
  const answer = (message) => {
    setOpened(null);
    setTarget(message);
    ask(null);
  };
  const scrolled = (event) => {
    const { scrollTop, scrollHeight, clientHeight } = event.target;
    setFar(scrollHeight - scrollTop - clientHeight > FAR_PX);
  };

  const newest = opened && (messages.find((each) => each.message_uuid === opened.message_uuid) ?? opened);
  const name = found.conversation?.name ?? null;
  return html`<section class="talk" aria-label=${`Talk with ${name ?? parts.user}`}>
    <${Head} parts=${parts} name=${name} known=${known} query=${query} />
    ${found.error && !isNew && html`<${ErrorBox} error=${found.error} onRetry=${found.reload} />`}
    <div class="talk-body" ref=${box} onScrollCapture=${scrolled}>
      ${found.isLoading || !known.rules ? html`<${Loading} lines=${6} />`
        : rows.length === 0 && !(found.error && !isNew) ? html`<${Empty} icon="conversations" title="Nothing was said yet"><p>Write the first message below, as the user. It reaches your system as a webhook.</p><//>`
        : html`<${Windowed} items=${rows} id=${(each) => each.id} label="Messages" role="feed" anchor="bottom" estimate=${76} onEnd=${found.more} total=${found.isWhole ? rows.length : -1}>
          ${(row) => html`<${Row} row=${row} templates=${known.templates} arrivals=${arrivals} onMore=${setOpened} onPress=${press} />`}<//>`}
      ${isFar && html`<${Button} small icon="down" class="talk-latest" onClick=${toEnd}>Latest<//>`}
    </div>
    ${kinds.length > 0 && html`<${Compose} key=${`${current.account} ${id}`} talk=${`${current.account} ${id}`} channel=${parts.channel} kinds=${kinds} quick=${quick} likely=${likelyVersion(known.told, messages)} target=${target} onUntarget=${() => setTarget(null)}
      wanted=${wanted} onSend=${send} arrived=${arrived} />`}
    ${newest && html`<${Details} message=${newest} channels=${known.channels} errors=${known.errors} onClose=${() => setOpened(null)} onAnswer=${answer} />`}
  </section>`;
}
