/** A place, sketched: no map is fetched from anywhere, the streets are made up from the coordinates. */

import { html } from "../../vendor/preact.js";
import { Copy } from "../../lib/ui.js";
import { firstOf, part, words } from "./read.js";

const WIDTH = 260;
const HEIGHT = 120;

/** Numbers from 0 to 1 that are always the same for the same place. */
function randomFor(text) {
  let state = 2166136261;
  for (const each of text) state = Math.imul(state ^ each.codePointAt(0), 16777619) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Roads, a river and blocks around the middle of the sketch. */
function sketch(latitude, longitude) {
  const random = randomFor(`${latitude} ${longitude}`);
  const roads = [];
  const tilt = (random() - 0.5) * 50;
  for (let x = 20 + random() * 20; x < WIDTH; x += 44 + random() * 30) roads.push(`M${x.toFixed(1)} -4L${(x + tilt).toFixed(1)} ${HEIGHT + 4}`);
  for (let y = 16 + random() * 12; y < HEIGHT; y += 30 + random() * 18) roads.push(`M-4 ${y.toFixed(1)}L${WIDTH + 4} ${(y - tilt / 3).toFixed(1)}`);
  const from = random() * HEIGHT;
  const bend = random() * HEIGHT;
  const water = `M-4 ${from.toFixed(1)}C${WIDTH / 3} ${bend.toFixed(1)} ${(WIDTH * 2) / 3} ${(HEIGHT - bend).toFixed(1)} ${WIDTH + 4} ${(HEIGHT - from).toFixed(1)}`;
  const park = { x: (random() * 180).toFixed(1), y: (random() * 70).toFixed(1), width: (40 + random() * 40).toFixed(1), height: (24 + random() * 24).toFixed(1) };
  return { roads: roads.join(""), water, park };
}

/** What a location says in any of its spellings. */
export function placeOf(value) {
  const found = part(value);
  return {
    latitude: firstOf(found.lat, found.latitude) ?? "?",
    longitude: firstOf(found.long, found.lng, found.longitude) ?? "?",
    name: words(found.name),
    address: words(found.address),
  };
}

export function Place({ value }) {
  const { latitude, longitude, name, address } = placeOf(value);
  const { roads, water, park } = sketch(latitude, longitude);
  const at = `${latitude}, ${longitude}`;
  return html`<figure class="talk-place">
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${`A sketch of the place ${at}`} preserveAspectRatio="xMidYMid slice">
      <rect class="talk-place-ground" width=${WIDTH} height=${HEIGHT} />
      <rect class="talk-place-park" rx="4" ...${park} />
      <path class="talk-place-water" d=${water} />
      <path class="talk-place-roads" d=${roads} />
      <g transform=${`translate(${WIDTH / 2} ${HEIGHT / 2})`}>
        <ellipse class="talk-place-shade" rx="7" ry="2.5" />
        <path class="talk-place-pin" d="M0 0s-11-11.5-11-20a11 11 0 0 1 22 0c0 8.5-11 20-11 20z" />
        <circle class="talk-place-eye" cy="-20" r="4" />
      </g>
    </svg>
    <figcaption>
      ${name && html`<strong class="breaks" dir="auto">${name}</strong>`}
      ${address && html`<div class="breaks" dir="auto">${address}</div>`}
      <div class="row muted small"><span class="num breaks">${at}</span><${Copy} text=${at} label="Copy coordinates" /></div>
    </figcaption>
  </figure>`;
}
