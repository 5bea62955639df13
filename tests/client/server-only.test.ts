import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, test } from "vitest";
import config from "../../vite.config.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = (file: string) =>
  build({
    root,
    configFile: false,
    logLevel: "silent",
    resolve: config.resolve,
    oxc: config.oxc,
    build: { write: false, minify: false, rolldownOptions: { input: `${root}${file}` } },
  });

test("a page that imports a room does not build, and is told by which import", async () => {
  await expect(bundle("games/plaza/room.ts")).rejects.toThrow(
    /"WorldRoom" is not exported by "client\/server-only\.ts"/,
  );
  await expect(bundle("games/plaza/level.ts")).resolves.toBeDefined();
});
