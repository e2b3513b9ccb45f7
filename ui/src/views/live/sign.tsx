/** When a running experiment last gave a sign of life, told to the second. */

import "./live.css";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { moment, span } from "../../format/time.ts";

const now = signal(Date.now());
let watched = 0;
let clock: ReturnType<typeof setInterval> | undefined;

/** Has a component follow the seconds; nothing ticks where nobody looks. */
function useSeconds(): number {
  useEffect(() => {
    if (watched++ === 0) clock = setInterval(() => now.value = Date.now(), 1000);
    return () => {
      if (--watched === 0) clearInterval(clock);
    };
  }, []);
  return now.value;
}

/** Shows how long ago an experiment's last sign of life is. */
export function SignOfLife({ time }: { time: string }) {
  const seconds = useSeconds();
  const passed = Math.max(0, Math.floor((seconds - Date.parse(time)) / 1000));
  return (
    <time class="sign-of-life" dateTime={time} title={moment(time)}>
      last sign of life {span(passed)} ago
    </time>
  );
}
