import type { Log } from "../../ports/ports.ts";
import {
  missingDecoderParts,
  missingHandleParts,
  missingReceiverParts,
  missingSenderParts,
  READ_FROM,
} from "../internals.ts";
import { FAST_PATHS, type FastPath } from "./fast-path-names.ts";

/** What the installed versions lack of what a fast path rests on. */
const MISSING: Readonly<Record<FastPath, () => string[]>> = {
  "socket-read": () => [...missingHandleParts(), ...missingReceiverParts()],
  "socket-stream": missingSenderParts,
  "socket-handle": () => [...missingHandleParts(), ...missingSenderParts()],
  "client-shape": () => [],
  "input-sweep": missingDecoderParts,
};

let inUse: ReadonlySet<FastPath> | undefined;

/**
 * Sets which fast paths this process uses, before its first room. One whose parts the installed versions lack
 * stays off, which is logged once.
 */
export function useFastPaths(paths: readonly FastPath[], log?: Log): void {
  const off = FAST_PATHS.filter((path) => !paths.includes(path));
  if (off.length > 0) log?.info({ off }, "fast paths are switched off");
  inUse = new Set(
    paths.filter((path) => {
      const missing = MISSING[path]();
      if (missing.length > 0)
        log?.warn(
          { path, missing, readFrom: READ_FROM },
          "a fast path is off: an installed version lacks its parts",
        );
      return missing.length === 0;
    }),
  );
}

/** Whether a fast path is in use. All are that can be, unless {@link useFastPaths} said otherwise. */
export function usesFastPath(path: FastPath): boolean {
  if (inUse === undefined) useFastPaths(FAST_PATHS);
  return inUse?.has(path) ?? false;
}
