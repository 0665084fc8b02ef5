/** A list that draws only what is in sight: 10,000 rows scroll as smoothly as ten. */

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";

const OVERSCAN_PX = 400;
const NEAR_END_PX = 1200;

let lists = 0;

/** Whether a key press is meant for what it was pressed in. */
export function isTyping(event) {
  return event.target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

/** The first place whose end is beyond `y`. */
function placeAt(offsets, y) {
  let low = 0;
  let high = offsets.length - 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle + 1] > y) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low);
}

/**
 * A windowed list. Rows may have any height; `estimate` is what one is taken for until it was drawn.
 * Where rows hold nothing to press, take role "listbox" (the default): one stop for Tab, arrows or j and k move, Enter opens.
 * Where they do, take role "feed": each row is an article that j and k move the focus between.
 * @param {object} props
 * @param {any[]} props.items
 * @param {(item: any) => string|number} props.id
 * @param {(item: any, state: {isActive: boolean, index: number}) => any} props.children  draws a row
 * @param {string} props.label  what the list is, for screen readers
 * @param {number} [props.estimate]  height of a row in pixels
 * @param {"listbox"|"feed"} [props.role]
 * @param {string|number|null} [props.selected]  id of the row that is open beside the list
 * @param {(item: any) => void} [props.onOpen]  Enter or a click on a row (listbox)
 * @param {() => void} [props.onEnd]  the end comes in sight (with `anchor` "bottom": the beginning): fetch more
 * @param {"top"|"bottom"} [props.anchor]  the edge that the list sticks to while new rows arrive; "bottom" for a talk
 * @param {number} [props.total]  how many there are in all, if more than `items`; -1 if nobody knows
 * @param {(item: any) => string} [props.rowClass]
 * @example html`<${Windowed} items=${list.items} id=${(each) => each.id} label="Entries" onOpen=${open} onEnd=${list.more}>${(each) => html`<b>${each.about}</b>`}<//>`
 */
export function Windowed(props) {
  const { items, id, children: draw, label, estimate = 44, role = "listbox", selected = null } = props;
  const { onOpen, onEnd, anchor = "top", total, rowClass, class: more = "" } = props;
  const [name] = useState(() => `list-${++lists}`);
  const box = useRef(null);
  const heights = useRef(new Map());
  const [measured, setMeasured] = useState(0);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [active, setActive] = useState(selected);
  const held = useRef({ key: null, delta: 0, isAtEdge: true, focus: null });

  const ids = useMemo(() => items.map(id), [items]);
  const places = useMemo(() => new Map(ids.map((each, place) => [each, place])), [ids]);
  const offsets = useMemo(() => {
    const found = new Float64Array(ids.length + 1);
    for (let place = 0; place < ids.length; place++) {
      found[place + 1] = found[place] + (heights.current.get(ids[place]) ?? estimate);
    }
    return found;
  }, [ids, measured, estimate]);
  const whole = offsets[ids.length];
  const first = placeAt(offsets, view.top - OVERSCAN_PX);
  const last = Math.min(ids.length - 1, placeAt(offsets, view.top + view.height + OVERSCAN_PX));

  const hold = () => {
    const { scrollTop, clientHeight, scrollHeight } = box.current;
    const place = placeAt(offsets, scrollTop);
    const isAtEdge = anchor === "top" ? scrollTop < 1 : scrollTop + clientHeight > scrollHeight - 2;
    held.current = { ...held.current, key: ids[place], delta: scrollTop - offsets[place], isAtEdge };
  };
  const see = () => {
    const { scrollTop, clientHeight } = box.current;
    setView((was) => (was.top === scrollTop && was.height === clientHeight ? was : { top: scrollTop, height: clientHeight }));
  };

  // Whatever came or grew above, what is looked at stays where it is.
  useLayoutEffect(() => {
    const { key, delta, isAtEdge } = held.current;
    if (isAtEdge) box.current.scrollTop = anchor === "top" ? 0 : whole;
    else if (places.has(key)) {
      const wanted = offsets[places.get(key)] + delta;
      if (Math.abs(box.current.scrollTop - wanted) >= 1) box.current.scrollTop = wanted;
    }
    see();
  }, [offsets]);

  useEffect(() => {
    const watch = new ResizeObserver(() => {
      if (box.current === null) return; // it is gone: effects are cleaned up a frame later
      if (held.current.isAtEdge && anchor === "bottom") box.current.scrollTop = box.current.scrollHeight;
      see();
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  const rows = useMemo(() => new ResizeObserver((changes) => {
    let isChanged = false;
    for (const { target } of changes) {
      if (!target.isConnected) continue;
      const height = target.getBoundingClientRect().height;
      if (height > 0 && Math.abs((heights.current.get(target.rowKey) ?? -1) - height) > 0.5) {
        heights.current.set(target.rowKey, height);
        isChanged = true;
      }
    }
    if (isChanged) setMeasured((count) => count + 1);
  }), []);
  useEffect(() => () => rows.disconnect(), []);

  useEffect(() => {
    const rest = anchor === "top" ? whole - view.top - view.height : view.top;
    if (rest < NEAR_END_PX) onEnd?.();
  }, [view, ids]);

  useEffect(() => {
    if (selected !== null && places.has(selected)) {
      setActive(selected);
      show(places.get(selected));
    }
  }, [selected]);

  /** Scroll as little as needed to have a row in sight. */
  function show(place) {
    const { scrollTop, clientHeight } = box.current;
    if (offsets[place] < scrollTop) box.current.scrollTop = offsets[place];
    else if (offsets[place + 1] > scrollTop + clientHeight) box.current.scrollTop = offsets[place + 1] - clientHeight;
    hold();
    see();
  }

  const move = (place) => {
    const to = Math.max(0, Math.min(ids.length - 1, place));
    setActive(ids[to]);
    if (role === "feed") held.current.focus = ids[to];
    show(to);
  };
  useLayoutEffect(() => {
    const wanted = held.current.focus;
    if (wanted === null) return;
    const row = [...box.current.querySelectorAll("[data-row]")].find((each) => each.rowKey === wanted);
    if (row) {
      held.current.focus = null;
      row.focus({ preventScroll: true });
    }
  });

  const key = (event) => {
    if (isTyping(event) || event.altKey || event.ctrlKey || event.metaKey || ids.length === 0) return;
    const at = places.get(active);
    const page = Math.max(1, Math.floor(view.height / estimate) - 1);
    const isList = role === "listbox";
    const wanted = {
      j: at === undefined ? first : at + 1,
      k: at === undefined ? first : at - 1,
      ArrowDown: isList ? (at === undefined ? first : at + 1) : null,
      ArrowUp: isList ? (at === undefined ? first : at - 1) : null,
      PageDown: isList ? (at ?? 0) + page : null,
      PageUp: isList ? (at ?? 0) - page : null,
      Home: 0,
      End: ids.length - 1,
    }[event.key];
    if (wanted !== undefined && wanted !== null) {
      event.preventDefault();
      event.stopPropagation();
      move(wanted);
    } else if (event.key === "Enter" && onOpen && at !== undefined && (isList || event.target.dataset.row !== undefined)) {
      event.preventDefault();
      onOpen(items[at]);
    }
  };

  const drawn = [];
  for (let place = first; place <= last; place++) {
    const item = items[place];
    const isActive = ids[place] === active;
    const common = {
      key: ids[place],
      ref: (element) => {
        if (element && element.rowKey !== ids[place]) element.rowKey = ids[place];
        if (element && !element.isWatched) {
          element.isWatched = true;
          rows.observe(element);
        }
      },
      "data-row": place,
      "aria-posinset": place + 1,
      "aria-setsize": total ?? ids.length,
      style: { transform: `translateY(${offsets[place]}px)` },
      class: `windowed-row ${isActive ? "is-active" : ""} ${ids[place] === selected ? "is-selected" : ""} ${rowClass?.(item) ?? ""}`,
    };
    const inner = draw(item, { isActive, index: place });
    drawn.push(
      role === "listbox"
        ? html`<div ...${common} id=${`${name}-${place}`} role="option" aria-selected=${ids[place] === selected}
            onClick=${() => { setActive(ids[place]); onOpen?.(item); }}>${inner}</div>`
        : html`<article ...${common} tabindex=${isActive || (active === null && place === first) ? 0 : -1}
            onFocus=${() => setActive(ids[place])}>${inner}</article>`,
    );
  }
  const isThere = places.has(active) && places.get(active) >= first && places.get(active) <= last;
  const own = role === "listbox"
    ? { tabindex: 0, "aria-activedescendant": isThere ? `${name}-${places.get(active)}` : undefined }
    : { tabindex: ids.length ? -1 : 0 };
  return html`<div ref=${box} class=${`windowed ${more}`} role=${role} aria-label=${label} data-list ...${own}
    onScroll=${() => { hold(); see(); }} onKeyDown=${key}>
    <div class="windowed-space" style=${{ height: `${whole}px` }} role="presentation">${drawn}</div>
  </div>`;
}
