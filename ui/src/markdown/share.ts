/**
 * Parts of `after` that equal those of `before` are replaced by them, so that whoever draws the tree sees at once,
 * by identity, what has not changed. Both are plain data; `before` and `after` may not be used for writing again.
 */
export function share<T>(before: T, after: T): T {
  if (Object.is(before, after)) return before;
  if (!isContainer(before) || !isContainer(after)) return after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  const old: Record<string, unknown> = before;
  const fresh: Record<string, unknown> = after;
  const keys = Object.keys(fresh);
  let equal = keys.length === Object.keys(old).length;
  for (const key of keys) {
    const shared = share(old[key], fresh[key]);
    fresh[key] = shared;
    equal &&= Object.is(shared, old[key]) && key in old;
  }
  return equal ? before : after;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
