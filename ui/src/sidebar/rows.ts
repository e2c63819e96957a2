/** The list of conversations as rows of one height: headings of days, and what was said on them. */
import type { ConversationSummary } from '../backend/bindings';
import { dayHeading } from '../i18n/format';

export type Row =
  | { kind: 'heading'; key: string; text: string }
  | { kind: 'conversation'; key: string; summary: ConversationSummary };

/** `conversations` come newest first. */
export function rowsOf(conversations: readonly ConversationSummary[], now: Date): Row[] {
  const rows: Row[] = [];
  let heading: string | null = null;
  for (const summary of conversations) {
    const day = dayHeading(new Date(summary.updated_at * 1000), now);
    if (day !== heading) {
      heading = day;
      rows.push({ kind: 'heading', key: `heading ${day}`, text: day });
    }
    rows.push({ kind: 'conversation', key: `conversation ${summary.id}`, summary });
  }
  return rows;
}

/** The indices of the rows to draw: those in view and some around them, and the one that has the focus. */
export function drawnRows(
  rowCount: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
  focused: number | null,
): number[] {
  const around = 8;
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  const end = Math.min(rowCount, Math.ceil((scrollTop + viewHeight) / rowHeight) + around);
  const drawn = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  if (focused !== null && focused < rowCount && (focused < first || focused >= end)) drawn.push(focused);
  return drawn.sort((a, b) => a - b);
}
