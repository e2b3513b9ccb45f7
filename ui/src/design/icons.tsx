/** The page's signs: strokes of one weight on a field of 16 by 16. */

const PATHS = {
  branch:
    "M4.5 5.5v5M4.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 5.5c0 3-4 2.5-6.3 5",
  check: "M3.5 8.5l3 3 6-7",
  chevron: "M6 4l4 4-4 4",
  close: "M4 4l8 8M12 4l-8 8",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  down: "M8 3v10M4.5 9.5L8 13l3.5-3.5",
  eye:
    "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  eyeOff:
    "M2.5 2.5l11 11M6.3 3.8C6.8 3.6 7.4 3.5 8 3.5c4 0 6.5 4.5 6.5 4.5s-.7 1.3-2 2.5M4 5C2.4 6.3 1.5 8 1.5 8S4 12.5 8 12.5c.9 0 1.7-.2 2.4-.5",
  lock: "M4.5 7.5h7v5.5h-7zM6 7.5V5a2 2 0 0 1 4 0v2.5",
  help:
    "M6 6.2a2 2 0 1 1 2.8 1.9C8.2 8.4 8 8.8 8 9.5M8 12v.1M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  more: "M4 8v.1M8 8v.1M12 8v.1",
  narrow: "M9.5 2.5v4h4M6.5 13.5v-4h-4M9.5 6.5l4-4M6.5 9.5l-4 4",
  pin: "M5.5 2.5h5L10 7l2 2.5H4L6 7zM8 9.5v4",
  scale: "M8 2.5v11M4 13.5h8M3 5h10M3 5L1.5 9.5h3zM13 5l-1.5 4.5h3z",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3L13.5 13.5",
  solo: "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15",
  sun:
    "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  system: "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
  up: "M8 13V3M4.5 6.5L8 3l3.5 3.5",
  wide: "M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5l-4 4M2.5 13.5l4-4",
} as const;

/** The name of a sign. */
export type IconName = keyof typeof PATHS;

/** A sign beside words, or in a button that has a name of its own: read by eyes only. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
