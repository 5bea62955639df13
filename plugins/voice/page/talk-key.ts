/** The key that is held to talk. */
const KEY = "KeyV";

/** Calls back when the key to talk is pressed and released, but for text that is typed. @returns stops */
export function listenForTalkKey(pushed: (isDown: boolean) => void): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  addEventListener(
    "keydown",
    (event) => {
      if (event.code !== KEY || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!takesTyping(event.target)) pushed(true);
    },
    { signal },
  );
  addEventListener("keyup", ({ code }) => code === KEY && pushed(false), { signal });
  // A key that is released in another window sends nothing here.
  addEventListener("blur", () => pushed(false), { signal });
  return () => abort.abort();
}

function takesTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !["button", "checkbox", "radio", "range"].includes(target.type)
  );
}
