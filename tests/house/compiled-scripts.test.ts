import { join } from "node:path";
import { expect, it } from "vitest";
import { compiledFolder, scriptArguments } from "../../drills/script-arguments.ts";
import { root } from "./sources.ts";

it("what tests start as a process was compiled for this run, and anything else runs from source", () => {
  expect(compiledFolder).toBeDefined();
  const started = [
    "server/cli/index.ts",
    "bench/index.ts",
    "bench/crowd/crowd-bots.ts",
    "drills/index.ts",
    "drills/cluster/cluster-server.ts",
    "tests/helpers/hold-folder.ts",
    "tests/helpers/servers/page-server.ts",
    "tests/plugins/groups/groups-server.ts",
  ];
  for (const path of started)
    expect(scriptArguments(join(root, path)).at(-1), path).toBe(
      join(compiledFolder!, "dist", path.replace(/\.ts$/, ".js")),
    );
  const another = join(root, "tests/helpers/one-class.ts");
  expect(scriptArguments(another)).toEqual(["--conditions=roomkeep-source", "--import", "tsx", another]);
});
