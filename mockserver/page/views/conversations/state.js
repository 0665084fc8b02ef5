/** What a view of conversations knows besides the messages: the rules, the account, the webhooks of what users sent. */

import { useMemo, useState } from "../../vendor/preact.js";
import { now } from "../../lib/format.js";
import { useConnection, useLive, useQuery } from "../../lib/live.js";
import { list, part } from "./read.js";

/** The rules, and what the account was told: templates, opt-outs, who wrote when. */
export function useKnown() {
  const { account } = useConnection();
  const { data: rules } = useQuery("/rules", { refreshOn: [] });
  const { data: told } = useQuery(account ? `/accounts/${encodeURIComponent(account)}` : null, {
    refreshOn: ["accounts", "entry:inbound"],
  });
  const templates = useMemo(() => {
    const own = list(part(told?.provider).templates).map((each) => ({ channel: "whatsapp", ...each }));
    const shared = list(part(rules?.provider?.sandbox).templates).map((each) => ({ channel: "whatsapp", ...each }));
    return [...own, ...shared];
  }, [told, rules]);
  return { rules, told, templates, channels: rules?.capabilities?.channels, errors: list(rules?.errors), rows: list(rules?.capabilities?.rows) };
}

/** How a talk stands with the platform: {isOut, window: {isOpen, endsAt}|null}; members that nobody knows are null. */
export function standing({ rules, told }, { channel, user, sender }) {
  const talk = part(part(told?.provider_seen?.talks)[`${channel} ${sender} ${user}`]);
  const listed = list(part(told?.provider).opt_outs).includes(user);
  const isOut = typeof talk.stopped === "boolean" ? talk.stopped : listed;
  const rule = list(rules?.provider?.rules).find((each) => each.name === "window");
  if (!rule?.channels || !(channel in rule.channels)) return { isOut, window: null };
  if (!talk.heard_s) return { isOut, window: { isOpen: false, endsAt: null } };
  const endsAt = (talk.heard_s + rules.provider.window.length_s) * 1000;
  return { isOut, window: { isOpen: endsAt > now(), endsAt: new Date(endsAt).toISOString() } };
}

/** The webhooks that brought what users sent, by message; kept up to date by the attempts as they are journalled. */
export function useArrivals({ channel, user, sender }) {
  const isAsked = ![user, sender].some((each) => each.includes('"'));
  const q = `channel:${channel} from:"${user}" to:"${sender}"`;
  const mine = useMemo(() => new Set(), [q]);
  const { data } = useQuery(isAsked ? "/deliveries" : null, {
    params: { event: "inbound", q, limit: 500 },
    refreshOn: ({ entries, state }) => state.has("deliveries") || entries.some((each) => each.kind === "inbound" || mine.has(each.delivery)),
  });
  return useMemo(() => {
    for (const each of list(data?.deliveries)) mine.add(each.id);
    return new Map(list(data?.deliveries).map((each) => [each.message_uuid, each]));
  }, [data]);
}

/** Keep the statuses of messages that are no longer on the first page up to date. */
export function useStatuses(items, patch) {
  useLive(({ entries }) => {
    for (const { kind, message_uuid: uuid, status } of entries) {
      if (kind !== "status" || !status) continue;
      const at = items?.findIndex((each) => each.message_uuid === uuid) ?? -1;
      if (at >= 0 && !items[at].statuses.some((each) => each.status === status.status)) {
        patch({ ...items[at], status: status.status, statuses: [...items[at].statuses, status] });
      }
    }
  });
}

/** A wish that is a new one each time it is made, be it for the same kind. */
export function useAsked() {
  const [asked, setAsked] = useState(null);
  return [asked, (kind) => setAsked({ kind })];
}
