// How long ago something was, in words, for a last sign of life.

const UNITS: [number, string][] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

/**
 * The time that has passed, in its greatest unit: `3 s`, `12 min`, `4 h`, `9 d`.
 * @param then ISO-8601, in UTC
 * @param now milliseconds since 1970
 */
export function ago(then: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(then)) / 1000));
  const [size, unit] = UNITS.find(([size]) => seconds >= size) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** A duration in words, with no more than two units: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 1 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  const place = UNITS.findIndex(([size]) => whole >= size);
  const [size, unit] = UNITS[place]!;
  const next = UNITS[place + 1];
  const rest = next ? Math.floor((whole % size) / next[0]) : 0;
  return `${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${next![1]}` : ""}`;
}
