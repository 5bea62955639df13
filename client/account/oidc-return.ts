import { readStored, writeStored } from "../storage.ts";

/** What the provider sent back to the page. */
export interface OidcReturn {
  readonly code: string;
  readonly state: string;
  readonly iss?: { iss: string };
}

/** Keeps the secret of this attempt in this tab, and leaves for the provider. */
export function openProvider({ url, binding }: { url: string; binding: string }): void {
  writeStored("identity", { binding, search: location.search }, "tab");
  location.assign(url);
}

/** The secret that {@link openProvider} kept, once; empty when this tab began nothing. */
export function readBinding(): string {
  const kept = readStored("identity", "tab") as { binding?: unknown } | undefined;
  writeStored("identity", undefined, "tab");
  return typeof kept?.binding === "string" ? kept.binding : "";
}

/**
 * Takes what the provider sent back out of the page's address, and puts back the address that one left from, such as
 * an invitation to a room. @returns undefined when this is no return; "refused" when the provider did not let in
 */
export function takeOidcReturn(): OidcReturn | "refused" | undefined {
  if (!location.hash.startsWith("#identity?")) return undefined;
  const came = new URLSearchParams(location.hash.slice("#identity?".length));
  const kept = readStored("identity", "tab") as { search?: unknown } | undefined;
  const search = typeof kept?.search === "string" ? kept.search : "";
  history.replaceState(null, "", location.pathname + search);
  const [code, state, iss] = [came.get("code"), came.get("state"), came.get("iss")];
  if (!code || !state) return "refused";
  return { code, state, ...(iss && { iss: { iss } }) };
}
