import type { PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { openPool, type Pool } from "./pool/pool.ts";
import { loadEngine } from "./sandbox/engine.ts";
import { DEFAULT_LIMITS } from "./sandbox/limits.ts";
import type { BehavioursSettings } from "./settings.ts";

/** Behaviours of a process: its API for rooms and other plugins. */
export interface Behaviours {
  /** The workers, and the scripts in them. */
  readonly pool: Pool;
  /** Refused intents, by the code of the refusal. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Counts a refused intent. */
  refused(code: string): void;
}

/**
 * Opens behaviours on the services of a process.
 *
 * @throws CONFIG_INVALID the packages of the engine are not installed
 */
export async function openBehaviours({
  log,
  settings,
  onClose,
}: Pick<PluginServices<BehavioursSettings>, "log" | "settings" | "onClose">): Promise<Behaviours> {
  const { workers, moduleMb, stallMs, scriptKb } = settings;
  await loadEngine(moduleMb).catch((cause) => {
    const names = "quickjs-emscripten-core @jitl/quickjs-wasmfile-release-sync";
    const text = `Behaviours need packages of their own: npm install ${names}.`;
    throw new RoomkeepError("CONFIG_INVALID", text, { cause });
  });
  const limits = { ...DEFAULT_LIMITS, memoryKb: scriptKb };
  const pool = openPool({ workers, limits, moduleMb, stallMs, log });
  onClose(() => pool.close());
  pool.warm();
  const refusals = new Map<string, number>();
  return {
    pool,
    refusals,
    refused: (code) => void refusals.set(code, (refusals.get(code) ?? 0) + 1),
  };
}
