import { z } from "zod";
import { DEFAULT_PORT, RoomkeepError, ZONE_SAVE_MS } from "../shared/index.ts";

const text = (max: number) => z.string().trim().min(1).max(max);

const isKey = (key: string) => /^[0-9a-f]{64}$/i.test(key) || Buffer.from(key, "base64").length === 32;

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(DEFAULT_PORT),
  HOST: text(255).default("127.0.0.1"),
  DATABASE_URL: text(2_000).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  ROOMKEEP_DATA_DIR: text(1_000).default("data"),
  ROOMKEEP_ADMIN_PASSWORD: z.string().min(8).max(200).optional(),
  ROOMKEEP_PUBLIC_ADDRESS: text(255).optional(),
  ROOMKEEP_ORIGINS: z
    .string()
    .default("")
    .transform((list) =>
      list
        .split(",")
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),
  ROOMKEEP_SEAL_KEY: z
    .string()
    .default("")
    .transform((list) =>
      list
        .split(",")
        .map((key) => key.trim())
        .filter(Boolean),
    )
    .refine((keys) => keys.every(isKey), "each key is 64 hex digits, or base64 of 32 bytes"),
  ROOMKEEP_ZONE_SAVE_MS: z.coerce.number().int().min(100).max(ZONE_SAVE_MS).default(ZONE_SAVE_MS),
  LOG_LEVEL: z.enum(["silent", "error", "warn", "info", "debug"]).default("info"),
});

/** Settings of one process, checked. */
export interface Config {
  /** 0 takes a free port. */
  readonly port: number;
  /** Address to listen on; 0.0.0.0 lets other devices in. */
  readonly host: string;
  /** PostgreSQL; without it the embedded database in `dataDir` is used. */
  readonly databaseUrl: string | undefined;
  /** Redis for several processes; without it this process is alone. */
  readonly redisUrl: string | undefined;
  readonly dataDir: string;
  readonly adminPassword: string | undefined;
  /** host:port under which clients reach this very process. */
  readonly publicAddress: string | undefined;
  /** Other origins whose pages may use this server. */
  readonly origins: readonly string[];
  /** Keys of stored snapshots: the first seals, all open. None: compressed, not encrypted. */
  readonly sealKeys: readonly string[];
  /** Milliseconds between saves of a persistent zone, 100 to 30,000. */
  readonly zoneSaveMs: number;
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
}

/**
 * Reads the settings from environment variables.
 *
 * @throws RoomkeepError CONFIG_INVALID naming each variable that cannot be used; never its value
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  // An empty variable is the same as none: `REDIS_URL= npm start`.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} (${issue.message})`);
    throw new RoomkeepError("CONFIG_INVALID", `These settings cannot be used: ${problems.join(", ")}.`);
  }
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    dataDir: data.ROOMKEEP_DATA_DIR,
    adminPassword: data.ROOMKEEP_ADMIN_PASSWORD,
    publicAddress: data.ROOMKEEP_PUBLIC_ADDRESS,
    origins: data.ROOMKEEP_ORIGINS,
    sealKeys: data.ROOMKEEP_SEAL_KEY,
    zoneSaveMs: data.ROOMKEEP_ZONE_SAVE_MS,
    logLevel: data.LOG_LEVEL,
  };
}
