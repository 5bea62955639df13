import { test } from "vitest";
import type { FastPath } from "../../rooms/transport/fast-path/fast-path-names.ts";
import { usesFastPath } from "../../rooms/transport/fast-path/fast-paths.ts";

/** A test of a fast path itself. In a run with the path switched off it is skipped, which is printed. */
export function testFastPath(path: FastPath, name: string, run: () => Promise<void>): void {
  const isOff = !usesFastPath(path);
  if (isOff) console.warn(`skipped, since the fast path "${path}" is off: ${name}`);
  test.skipIf(isOff)(name, run);
}
