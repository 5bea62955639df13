/**
 * Vibrates where the device can; nothing happens elsewhere, as on iPhones.
 *
 * @param pattern ms of vibration, or of vibration and pause in turn
 */
export function vibrate(pattern: number | readonly number[]): void {
  navigator.vibrate?.(typeof pattern === "number" ? pattern : [...pattern]);
}
