const PREFIX = "roomkeep.";
/** Used where the browser stores nothing (private mode, storage blocked): lasts until the page is closed. */
const fallback = new Map<string, string>();

/** A value belongs to one browser tab or to the whole browser. */
export type StorageLifetime = "tab" | "browser";

function storageOf(lifetime: StorageLifetime): Storage | undefined {
  try {
    return lifetime === "tab" ? sessionStorage : localStorage;
  } catch {
    // Reading the property itself throws when storage is blocked; `fallback` serves then.
    return undefined;
  }
}

/** Stores a JSON value under a name; undefined removes it. */
export function writeStored(name: string, value: unknown, lifetime: StorageLifetime = "browser"): void {
  const key = PREFIX + name;
  const text = value === undefined ? undefined : JSON.stringify(value);
  if (text === undefined) fallback.delete(key);
  else fallback.set(key, text);
  try {
    if (text === undefined) storageOf(lifetime)?.removeItem(key);
    else storageOf(lifetime)?.setItem(key, text);
  } catch {
    // The storage is full or blocked: `fallback` has the value.
  }
}

/** Reads a value of {@link writeStored}; undefined when there is none, or it is not JSON. */
export function readStored(name: string, lifetime: StorageLifetime = "browser"): unknown {
  const key = PREFIX + name;
  const text = storageOf(lifetime)?.getItem(key) ?? fallback.get(key);
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Written by other code.
    return undefined;
  }
}
