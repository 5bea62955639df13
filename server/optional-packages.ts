import { createRequire } from "node:module";
import { RoomkeepError } from "../shared/index.ts";

/** What the page is made of and built by. A server without a page starts without them. */
export const PAGE_PACKAGES = ["vite", "three", "preact", "@preact/signals", "qrcode"] as const;

/**
 * Says what to install where optional peers of this package are missing.
 *
 * @param packages names of optional peers
 * @param what that needs them, at the beginning of a sentence
 * @param flag of `npm install`; default: they are needed to build
 * @throws PACKAGE_MISSING
 */
export function needPackages(packages: readonly string[], what: string, flag = "--save-dev "): void {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const { peerDependencies } = createRequire(import.meta.url)("roomkeep/package.json") as {
    peerDependencies: Record<string, string>;
  };
  const asked = missing.map((name) => `${name}@${peerDependencies[name]?.replace("^", "")}`);
  throw new RoomkeepError(
    "PACKAGE_MISSING",
    `${what} needs packages that are not installed: npm install ${flag}${asked.join(" ")}`,
  );
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
