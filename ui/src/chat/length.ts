/** How long a message is, counted as the app's limit counts: in Unicode scalar values. */

/** Counts without making a copy: a pasted text may have millions of characters. */
export function characters(text: string): number {
  let surrogatePairs = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff && at + 1 < text.length) {
      const next = text.charCodeAt(at + 1);
      if (next >= 0xdc00 && next <= 0xdfff) {
        surrogatePairs++;
        at++;
      }
    }
  }
  return text.length - surrogatePairs;
}

export type Length =
  { kind: 'fine' } | { kind: 'near'; characters: number } | { kind: 'over'; characters: number };

/** Only a text near the limit is counted, since this is asked at every key. */
export function lengthOf(text: string, limit: number): Length {
  const near = limit * 0.9;
  if (text.length < near) return { kind: 'fine' };
  const amount = characters(text);
  if (amount > limit) return { kind: 'over', characters: amount };
  return amount < near ? { kind: 'fine' } : { kind: 'near', characters: amount };
}
