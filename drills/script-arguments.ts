import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Folder of the scripts as a run of the tests compiled them (tests/helpers/once/compile.ts), laid out as a
 * project that was built; undefined: they run from source.
 */
export const compiledFolder: string | undefined = process.env.ROOMKEEP_TEST_COMPILED || undefined;

/**
 * Arguments of node that run a script of this repository as a process of its own: what was compiled of it, or
 * the source by way of tsx, which takes twice to four times the processor time at each start.
 *
 * @param script path of the source
 */
export function scriptArguments(script: string): string[] {
  const compiled = compiledFolder && join(compiledFolder, "dist", toJs(relative(root, script)));
  return compiled && existsSync(compiled)
    ? // An embedded database lives for one test: to compile it well costs more than it gains.
      ["--liftoff-only", compiled]
    : ["--conditions=roomkeep-source", "--import", "tsx", script];
}

const toJs = (path: string) => path.replace(/\.ts$/, ".js");
