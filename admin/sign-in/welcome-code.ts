import { signal } from "@preact/signals";

/** The code of a one-time link, while it is not used. */
export const welcomeCode = signal("");

/** Takes the code out of the address, so that it is neither seen nor kept by the browser. */
export function takeWelcome(): void {
  const [, code] = /^#welcome=([\w-]+)$/.exec(location.hash) ?? [];
  if (code === undefined) return;
  welcomeCode.value = code;
  history.replaceState(null, "", location.pathname);
}
