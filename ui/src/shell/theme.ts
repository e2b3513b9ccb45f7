/** Light or dark: as the system has it, until a person says otherwise in this browser. */

import { computed, effect, signal } from "@preact/signals";

/** What a person chose. */
export type Theme = "system" | "light" | "dark";

const KEPT = "theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);

/** What was chosen; a browser that keeps nothing has the system's. */
export const theme = signal<Theme>(remembered());

/** Whether the page is dark now; charts are drawn anew when it changes. */
export const dark = computed(() =>
  theme.value === "dark" || (theme.value === "system" && systemIsDark.value)
);

function remembered(): Theme {
  const text = localStorage.getItem(KEPT);
  return ORDER.find((one) => one === text) ?? "system";
}

/** Takes the next of system, light and dark. */
export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.peek()) + 1) % ORDER.length]!;
  localStorage.setItem(KEPT, theme.peek());
}

/** Has the document follow the choice. */
export function followTheme(): void {
  system.addEventListener("change", () => systemIsDark.value = system.matches);
  effect(() => {
    document.documentElement.dataset.theme = dark.value ? "dark" : "light";
  });
}
