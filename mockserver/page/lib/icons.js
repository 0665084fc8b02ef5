/** Icons, drawn in line with the text: 16 by 16, in the colour of the text around them, hidden from screen readers. */

import { html } from "../vendor/preact.js";

const PATHS = {
  conversations: "M2.5 3.5h11v7.5h-6l-3 2.5v-2.5h-2z",
  journal: "M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  deliveries: "M2 8h8M7 4.5 10.5 8 7 11.5M13.5 3v10",
  messages: "M2.5 4h11v8h-11zM2.5 4.5 8 8.5l5.5-4",
  rules: "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.2 3v10",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 5v3.2l2.2 1.4",
  scenarios: "M4.5 3v10l8-5z",
  explain: "M6 6a2 2 0 1 1 2.8 1.9c-.6.3-.8.7-.8 1.4M8 11.6v.1M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2z",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 13.5 13.5",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.5 6.5 12 13 4.5",
  checks: "M1.5 8.5 5 12l6.5-7.5M7.5 11l1 1L15 4.5",
  clockface: "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zM8 5.5V8l1.8 1",
  alert: "M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  system: "M2.5 3h11v7.5h-11zM6 13h4M8 10.5V13",
  help: "M6 6a2 2 0 1 1 2.8 1.9c-.6.3-.8.7-.8 1.4M8 11.6v.1",
  chevron: "M6 4l4 4-4 4",
  down: "M4 6l4 4 4-4",
  outgoing: "M4.5 11.5l7-7M6 4.5h5.5V10",
  incoming: "M11.5 4.5l-7 7M10 11.5H4.5V6",
  back: "M10 4 6 8l4 4",
  plus: "M8 3v10M3 8h10",
  minus: "M3.5 8h9",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M4.5 3v10l8-5z",
  stop: "M4 4h8v8H4z",
  redo: "M12.5 6.5A5 5 0 1 0 13 9M12.8 3v3.7H9.1",
  send: "M2.5 8 13.5 3 10 13.5 7.5 9z",
  image: "M2.5 3h11v10h-11zM3 11l3-3 2.5 2.5 2-2 2.5 2.5M10.5 6v.1",
  audio: "M3 6.5v3h2l3 2.5v-8L5 6.5zM10.5 6a3 3 0 0 1 0 4M12.3 4.2a5.5 5.5 0 0 1 0 7.6",
  video: "M2 4h8.5v8H2zM10.5 7 14 5v6l-3.5-2",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  location: "M8 14s4.5-4.3 4.5-7.5a4.5 4.5 0 0 0-9 0C3.5 9.7 8 14 8 14zM8 5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
  contact: "M8 3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 13.5c.5-2.5 2.5-3.8 5-3.8s4.5 1.3 5 3.8",
  sticker: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.5 9.5c.6 1 1.5 1.5 2.5 1.5s1.9-.5 2.5-1.5M6 6.5v.1M10 6.5v.1",
  link: "M6.5 9.5l3-3M7 4.5 8.5 3A3 3 0 0 1 13 7.2L11.5 8.7M9 11.5 7.5 13A3 3 0 0 1 3 8.8L4.5 7.3",
  external: "M6 3.5H3v9.5h9.5V10M9 2.5h4.5V7M13.5 2.5 7.5 8.5",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5.5a2.5 2.5 0 0 1 5 0v2",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  more: "M3.5 8v.1M8 8v.1M12.5 8v.1",
  user: "M8 3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 13.5c.5-2.5 2.5-3.8 5-3.8s4.5 1.3 5 3.8",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  keyboard: "M1.5 4h13v8h-13zM4 6.5v.1M6.7 6.5v.1M9.3 6.5v.1M12 6.5v.1M5 9.5h6",
};

/** The names of all icons. */
export const ICONS = Object.keys(PATHS);

/**
 * An icon. What it means must be said in text or a label beside it.
 * @example html`<${Icon} name="search" />`
 */
export function Icon({ name, size = 16 }) {
  return html`<svg
    class=${`icon icon-${name}`} width=${size} height=${size} viewBox="0 0 16 16" fill="none" stroke="currentColor"
    stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"
  ><path d=${PATHS[name]} /></svg>`;
}
