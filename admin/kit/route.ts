import { signal } from "@preact/signals";

/** Where one is on the page: `#/rooms/XF66?tab=state`. */
export interface Route {
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads the part of an address after `#`. */
export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decode);
  return { parts, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The link to a place. */
export function linkTo(
  parts: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((one): one is [string, string] => !!one[1]);
  const text = new URLSearchParams(given).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Where one is. */
export const route = signal<Route>({ parts: [], query: {} });

/** Follows the address. */
export function followAddress(): void {
  const read = () => {
    route.value = readRoute(location.hash);
  };
  addEventListener("hashchange", read);
  read();
}

/** Changes the query of where one is, without a step for the browser's back button. */
export function setQuery(query: Readonly<Record<string, string | undefined>>): void {
  const { parts, query: before } = route.value;
  history.replaceState(null, "", linkTo(parts, { ...before, ...query }));
  route.value = readRoute(location.hash);
}
