import { readStored, writeStored } from "../storage.ts";

/** The page as it was built. */
export interface PageBuild {
  /** Address of the page's script, which is named by its content; empty where it is not known. */
  readonly build: string;
  reload(): void;
}

/** The build that is open in this tab. */
export function readPageBuild(): PageBuild {
  const script = document.querySelector('script[type="module"][src]');
  return { build: script?.getAttribute("src") ?? "", reload: () => location.reload() };
}

/**
 * Reloads a page of another build than the server's: it would predict by other rules. Once for each build in
 * a tab, so that a page out of a cache, or of a server that is half updated, does not reload for ever.
 *
 * @returns false when the page is of another build and was reloaded for that already
 */
export function followBuild({ build, reload }: PageBuild, serverBuild: string): boolean {
  if (build === "" || serverBuild === "" || build === serverBuild) return true;
  if (readStored("reloadedFor", "tab") === serverBuild) return false;
  writeStored("reloadedFor", serverBuild, "tab");
  reload();
  return true;
}
