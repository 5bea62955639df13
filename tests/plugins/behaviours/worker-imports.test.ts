import { expect, it } from "vitest";
import { sources } from "../../house/sources.ts";

it("has nothing of the framework in a worker, from its first file on", () => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const packages = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (typeOnly) continue;
      if (byPath.has(target)) follow(target);
      else packages.add(target);
    }
  };
  follow("plugins/behaviours/pool/worker.ts");
  expect(reached.size).toBeGreaterThan(5);
  expect([...reached].filter((path) => !/^plugins\/behaviours\/(api|pool|sandbox)\//.test(path))).toEqual([]);
  expect([...packages].filter((name) => !name.startsWith("node:")).sort()).toEqual([
    "@jitl/quickjs-wasmfile-release-sync",
    "quickjs-emscripten-core",
  ]);
});
