import { readStored, writeStored } from "../storage.ts";

/** The answer of the identity provider, from the address that it sent the browser to. */
export interface OidcReturn {
  readonly code: string;
  readonly state: string;
  readonly iss?: { iss: string };
}

/** Stores the secret of this attempt in this tab and leaves the page for the provider. */
export function openProvider({ url, binding }: { url: string; binding: string }): void {
  writeStored("identity", { binding, search: location.search }, "tab");
  location.assign(url);
}

/** Reads and forgets the secret that {@link openProvider} stored; empty when this tab stored none. */
export function readBinding(): string {
  const stored = readStored("identity", "tab") as { binding?: unknown } | undefined;
  writeStored("identity", undefined, "tab");
  return typeof stored?.binding === "string" ? stored.binding : "";
}

/**
 * Takes the provider's answer out of the page's address, and restores the address from before the sign-in,
 * such as an invitation to a room.
 * @returns undefined when there is no answer; "refused" when the provider refused the sign-in
 */
export function takeOidcReturn(): OidcReturn | "refused" | undefined {
  if (!location.hash.startsWith("#identity?")) return undefined;
  const answer = new URLSearchParams(location.hash.slice("#identity?".length));
  const stored = readStored("identity", "tab") as { search?: unknown } | undefined;
  const search = typeof stored?.search === "string" ? stored.search : "";
  history.replaceState(null, "", location.pathname + search);
  const [code, state, iss] = [answer.get("code"), answer.get("state"), answer.get("iss")];
  if (!code || !state) return "refused";
  return { code, state, ...(iss && { iss: { iss } }) };
}
