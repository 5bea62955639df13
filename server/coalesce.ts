/**
 * Runs work that looks at something once at a time: whoever asks while it runs waits for the next run,
 * because this one may have looked too early. Those who wait share it.
 *
 * @param work never throws
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  function look(): Promise<void> {
    if (running !== undefined) {
      waiting ??= running.then(() => {
        waiting = undefined;
        return look();
      });
      return waiting;
    }
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  }
  return look;
}
