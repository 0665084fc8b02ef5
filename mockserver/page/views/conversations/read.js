/** Careful reading of what nobody has judged: what travels as `custom` may hold anything, and is drawn all the same. */

/** The object, or an empty one. */
export const part = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});

/** The list, or an empty one. */
export const list = (value) => (Array.isArray(value) ? value : []);

/** The value as words; null for nothing. */
export function words(value) {
  if (value === null || value === undefined || value === "") return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The first value that is something, as words. */
export const firstOf = (...values) => values.map(words).find((each) => each !== null) ?? null;

/** Take the members away that hold nothing. */
export const held = (members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined && value !== ""));
