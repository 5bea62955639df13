const PREFIX = "roomkeep.";
/** Stands in where the browser keeps nothing (private mode, storage blocked): good for this visit only. */
const fallback = new Map<string, string>();

/** What one browser tab remembers, or the whole browser. */
export type StorageLifetime = "tab" | "browser";

function store(span: StorageLifetime): Storage | undefined {
  try {
    return span === "tab" ? sessionStorage : localStorage;
  } catch {
    // Reading the property itself throws when storage is blocked; `fallback` serves then.
    return undefined;
  }
}

/** Keeps a JSON value under a name; undefined forgets it. */
export function writeStored(name: string, value: unknown, span: StorageLifetime = "browser"): void {
  const key = PREFIX + name;
  const text = value === undefined ? undefined : JSON.stringify(value);
  if (text === undefined) fallback.delete(key);
  else fallback.set(key, text);
  try {
    if (text === undefined) store(span)?.removeItem(key);
    else store(span)?.setItem(key, text);
  } catch {
    // A full or forbidden store: `fallback` has it for this visit.
  }
}

/** Reads what {@link writeStored} kept; undefined when there is nothing or it is no longer readable. */
export function readStored(name: string, span: StorageLifetime = "browser"): unknown {
  const key = PREFIX + name;
  const text = store(span)?.getItem(key) ?? fallback.get(key);
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Written by something else: as good as nothing.
    return undefined;
  }
}
