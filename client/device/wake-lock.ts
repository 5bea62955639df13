/**
 * Keeps the device's screen lit. Browsers end the lock whenever the page is hidden, so it is asked for anew.
 * Where there is none (an old browser, a page without TLS, a low battery) the screen goes dark as usual.
 *
 * @returns ends it
 */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let ended = false;
  const ask = async () => {
    if (ended || document.hidden || (lock && !lock.released)) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      if (ended) await lock.release();
    } catch {
      // Refused, or unknown to this browser: the next return asks again.
    }
  };
  const shown = () => void ask();
  document.addEventListener("visibilitychange", shown);
  // Some browsers give it only to a page that was touched.
  addEventListener("pointerdown", shown);
  void ask();
  return () => {
    ended = true;
    document.removeEventListener("visibilitychange", shown);
    removeEventListener("pointerdown", shown);
    void lock?.release();
  };
}
