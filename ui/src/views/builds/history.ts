/** The ledger as people remember it: by day, and what was built in one go together. */

/** A row of the ledger, as far as grouping needs it. */
export interface Dated {
  seq: number;
  time: string;
  seconds: number | null;
}

/** Jobs of one day, newest first, in runs that followed each other. */
export interface Day<T> {
  label: string;
  runs: T[][];
}

const PAUSE = 60_000; // milliseconds without any job, after which the next one belongs to another run

/**
 * Groups rows by the day on which they were committed here, and by runs: jobs with less than a minute between them.
 * @param rows newest first
 * @param now milliseconds since 1970
 */
export function history<T extends Dated>(rows: readonly T[], now: number): Day<T>[] {
  const days: Day<T>[] = [];
  let later: T | undefined;
  for (const row of rows) {
    const label = dayLabel(row.time, now);
    let day = days.at(-1);
    if (day?.label !== label) days.push(day = { label, runs: [] });
    const run = day.runs.at(-1);
    if (run && later && startOf(later) - Date.parse(row.time) < PAUSE) run.push(row);
    else day.runs.push([row]);
    later = row;
  }
  return days;
}

function startOf(row: Dated): number {
  return Date.parse(row.time) - (row.seconds ?? 0) * 1000;
}

/** Returns a day in words: `Today`, `Yesterday`, else its date. */
export function dayLabel(time: string, now: number): string {
  const day = midnight(new Date(time));
  const today = midnight(new Date(now));
  const days = Math.round((today.getTime() - day.getTime()) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return day.toLocaleDateString(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  });
}

function midnight(time: Date): Date {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate());
}

/** Puts an older page of rows behind what is known, each row once. */
export function joined<T extends Dated>(known: readonly T[], older: readonly T[]): T[] {
  const last = known.at(-1)?.seq ?? Infinity;
  return [...known, ...older.filter((row) => row.seq < last)];
}
