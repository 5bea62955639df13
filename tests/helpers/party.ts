import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { type GamePage, pageBytes } from "../../server/dev/page-bytes.ts";
import config from "../../vite.config.ts";

const root = fileURLToPath(new URL("../fixtures/party/client", import.meta.url));

/** The built page of the party fixture. */
export interface PartyPage {
  /** Its folder. */
  readonly folder: string;
  readonly games: readonly GamePage[];
  remove(): void;
}

/** Builds the page of tests/fixtures/party, as a project that has it would. */
export async function buildPartyPage(): Promise<PartyPage> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-party-"));
  let games: readonly GamePage[] = [];
  const bytes = pageBytes((pages) => {
    games = pages;
  });
  await build({
    ...config,
    configFile: false,
    root,
    logLevel: "silent",
    plugins: [bytes],
    build: { ...config.build, outDir: folder, emptyOutDir: true },
  });
  return { folder, games, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
