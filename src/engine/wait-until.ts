/** How long to wait between two looks, in milliseconds: soon at first, then twice as long up to a limit. */
const firstPauseMs = 20;
const usualPauseMs = 500;

/**
 * Looks until the condition holds, or the deadline (milliseconds from now) has passed; answers whether it held.
 * The last look happens at the deadline, not before it.
 */
export async function waitUntil(
  condition: () => Promise<boolean>,
  {
    deadlineMs,
    longestPauseMs = usualPauseMs,
  }: { readonly deadlineMs: number; readonly longestPauseMs?: number },
): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (await condition()) return true;
    const left = deadline - Date.now();
    if (left <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, left)));
  }
}
