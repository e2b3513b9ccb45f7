/** What the browser calls the page, in its tab and its history. */

import { useEffect } from "preact/hooks";

/**
 * Names the page after what a view shows, as long as the view is there.
 *
 * @param names from the smallest to the greatest, as in `trial-7`, `/studies/churn`; what is not known yet is left out.
 */
export function useTitle(...names: (string | null | undefined)[]): void {
  const title = names.filter(Boolean).join(" · ") || "Models";
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = "Models";
    };
  }, [title]);
}
