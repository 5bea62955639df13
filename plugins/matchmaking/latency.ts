/** Requests to a region, of which the quickest counts: the first one opens the connection. */
const TRIES = 3;
/** Longest wait for one of them, ms. */
const WAIT_MS = 2_000;

/**
 * Measures how long regions take to answer, in the page.
 *
 * @returns ms by region; those that do not answer are left out
 */
export async function measureLatency(
  regions: readonly { readonly name: string; readonly url: string }[],
): Promise<Record<string, number>> {
  const measured = await Promise.all(
    regions.map(async ({ name, url }) => {
      let best: number | undefined;
      for (let tries = 0; tries < TRIES; tries++) {
        const from = performance.now();
        try {
          await fetch(url, { cache: "no-store", mode: "no-cors", signal: AbortSignal.timeout(WAIT_MS) });
        } catch {
          break;
        }
        best = Math.min(best ?? Infinity, performance.now() - from);
      }
      return best === undefined ? [] : [[name, Math.round(best)] as const];
    }),
  );
  return Object.fromEntries(measured.flat());
}
