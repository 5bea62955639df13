import { z } from "zod";
import { CHEAT_ACTIONS, FAST_PATHS, type FastPath, readFastPaths } from "../rooms/internal.ts";
import { RoomkeepError } from "../shared/index.ts";
import { CODE_LENGTH, CODE_LENGTH_MAX, DEFAULT_PORT, ZONE_SAVE_MS } from "../shared/internal.ts";
import { RESERVED_NAMES } from "./accounts/name-rules.ts";
import type { OidcConfig } from "./accounts/oidc.ts";
import { ALERT_ENVIRONMENT, type AlertConfig, readAlertConfig } from "./desk/alerts/settings.ts";
import { type PermissionTable, readPermissions } from "./operations/permissions.ts";
import { PROFILE_NAME } from "./settings/profile.ts";

const text = (max: number) => z.string().trim().min(1).max(max);

/** Parts between commas. */
const list = (usual: string) =>
  z
    .string()
    .default(usual)
    .transform((all) =>
      all
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean),
    );

const isKey = (key: string) => /^[0-9a-f]{64}$/i.test(key) || Buffer.from(key, "base64").length === 32;
const INTERVAL = /^(\d+)(m|h|d)$/;

/**
 * Reads "30m", "6h" or "1d" as ms.
 * @throws CONFIG_INVALID another text, or less than a minute, or more than 20 days
 */
export function readInterval(text: string): number {
  const [, count, unit] = INTERVAL.exec(text) ?? [];
  const ms = Number(count) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as "m" | "h" | "d"];
  if (!(ms >= 60_000 && ms <= 20 * 86_400_000)) {
    throw new RoomkeepError(
      "CONFIG_INVALID",
      `"${text}" is no time between 1m and 20d, such as 30m, 6h or 1d.`,
    );
  }
  return ms;
}

/** An operator may change it while the server runs: docs/settings.md. */
const live = (description: string) => ({ live: true, description });

/** The settings of roomkeep itself, by their environment variables. */
export const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(DEFAULT_PORT),
  HOST: text(255).default("127.0.0.1"),
  DATABASE_URL: text(2_000).optional().meta({ secret: true }),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .meta({ secret: true }),
  ROOMKEEP_REDIS_PREFIX: z
    .string()
    .regex(/^[\w.:-]{1,64}$/, "is not 1 to 64 of A-Z a-z 0-9 _ . : -")
    .optional(),
  ROOMKEEP_DATA_DIR: text(1_000).default("data"),
  ROOMKEEP_ADMIN_PASSWORD: z.string().min(8).max(200).optional(),
  ROOMKEEP_DESK_PERMISSIONS: z.string().max(2_000).default(""),
  ROOMKEEP_DESK_IDLE_MINUTES: z.coerce.number().int().min(1).max(1_440).default(30),
  ROOMKEEP_DESK_TOTP: z.enum(["off", "require"]).default("off"),
  ROOMKEEP_PUBLIC_ADDRESS: text(255).optional(),
  ROOMKEEP_ORIGINS: list(""),
  ROOMKEEP_SEAL_KEY: list("").refine(
    (keys) => keys.every(isKey),
    "each key is 64 hex digits, or base64 of 32 bytes",
  ),
  ROOMKEEP_ZONE_SAVE_MS: z.coerce.number().int().min(100).max(ZONE_SAVE_MS).default(ZONE_SAVE_MS),
  ROOMKEEP_TOKEN_KEY: z
    .string()
    .optional()
    .transform((keys) => keys?.split(",").map((key) => key.trim()) ?? [])
    .pipe(z.array(z.string().min(32, "each key needs at least 32 characters"))),
  ROOMKEEP_AUDIT_KEY: z.string().min(32, "needs at least 32 characters").max(1_000).optional(),
  ROOMKEEP_TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  // Read by `defineSettings`, before there is a config, and checked where all are known.
  ROOMKEEP_PROFILE: z.string().regex(PROFILE_NAME, "is no name of a profile").optional(),
  ROOMKEEP_VERSION: text(100).optional(),
  ROOMKEEP_HTTPS: z.enum(["offer", "enforce"]).default("offer"),
  ROOMKEEP_CHARACTERS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .meta(live("Characters an account may have.")),
  ROOMKEEP_CODE_LETTERS: z.coerce.number().int().min(CODE_LENGTH).max(CODE_LENGTH_MAX).default(CODE_LENGTH),
  ROOMKEEP_ROOMS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .meta(live("Rooms that a process may have open.")),
  ROOMKEEP_ACCOUNT_TICKETS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(60)
    .meta(live("Join tickets of an account in a minute.")),
  ROOMKEEP_ADDRESS_TICKETS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(1_200)
    .meta(live("Join tickets of an address in a minute.")),
  ROOMKEEP_ADDRESS_SEATS: z.coerce.number().int().min(1).max(1_000_000).default(40),
  ROOMKEEP_ACCOUNT_CHAT: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(30)
    .meta(live("Lines of chat of an account in 20 s.")),
  ROOMKEEP_RESERVED_NAMES: list(RESERVED_NAMES),
  ROOMKEEP_ADDRESS_DAYS: z.coerce.number().int().min(0).max(3_650).default(30),
  ROOMKEEP_GUEST_DAYS: z.coerce.number().int().min(0).max(3_650).default(180),
  ROOMKEEP_APPEAL: text(300).optional(),
  ROOMKEEP_REPORT_DAYS: z.coerce.number().int().min(1).max(3_650).default(180),
  ROOMKEEP_DELETE_GRACE_DAYS: z.coerce.number().int().min(0).max(365).default(7),
  ROOMKEEP_SOCKET_FRAMES: z.coerce.number().int().min(30).max(100_000).default(300),
  ROOMKEEP_CHEAT_ACTION: z
    .enum(CHEAT_ACTIONS)
    .default("note")
    .meta(live("What a room does about a suspected player.")),
  ROOMKEEP_CHEAT_THRESHOLD: z.coerce
    .number()
    .min(1)
    .max(1_000_000)
    .default(10)
    .meta(live("Points at which a player is suspected.")),
  ROOMKEEP_CHEAT_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  ROOMKEEP_OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  ROOMKEEP_OIDC_NAME: text(40).optional(),
  ROOMKEEP_OIDC_CLIENT_ID: text(255).optional(),
  ROOMKEEP_OIDC_CLIENT_SECRET: text(1_000).optional(),
  ROOMKEEP_OIDC_REDIRECT: z.url({ protocol: /^https?$/ }).optional(),
  ROOMKEEP_SLOW_QUERY_MS: z.coerce.number().int().min(0).max(60_000).default(250),
  ROOMKEEP_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
  ROOMKEEP_CACHE_SECONDS: z.coerce.number().int().min(0).max(60).default(10),
  ROOMKEEP_CACHE_SIZE: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  ROOMKEEP_BACKUP_EVERY: z
    .string()
    .regex(INTERVAL, "is no time between 1m and 20d, such as 30m, 6h or 1d")
    .optional(),
  ROOMKEEP_MATCH_OVER_DAYS: z.coerce.number().int().min(1).max(3_650).default(7),
  ROOMKEEP_EVENT_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  ...ALERT_ENVIRONMENT,
  ROOMKEEP_RECORD_DIR: text(1_000).optional(),
  ROOMKEEP_RECORD_HASH_TICKS: z.coerce.number().int().min(0).max(100_000).default(20),
  ROOMKEEP_REPLAY_SECONDS: z.coerce.number().int().min(0).max(600).default(60),
  ROOMKEEP_REPLAY_MB: z.coerce.number().min(0.5).max(1_024).default(7.5),
  ROOMKEEP_KEPT_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  ROOMKEEP_FAST_PATHS: z
    .string()
    .default("on")
    .refine(
      (text) => readFastPaths(text) !== undefined,
      `is not on, off, or some of ${FAST_PATHS.join(", ")}`,
    )
    .transform((text) => readFastPaths(text) ?? []),
  LOG_LEVEL: z
    .enum(["silent", "error", "warn", "info", "debug"])
    .default("info")
    .meta(live("Lines of the log that are less grave are left out.")),
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
  /** In front of every key in Redis; "none": nothing is. Undefined: one made of the database's identity. */
  readonly redisPrefix: string | undefined;
  /** Folder of the embedded database, of backups and of spooled saves. */
  readonly dataDir: string;
  /**
   * Password of the name `admin` at the monitor and `/metrics`; undefined: one is made at the first start.
   */
  readonly adminPassword: string | undefined;
  /** The operators' desk: who may do what, when an idle session ends, whether each sign-in takes a code. */
  readonly desk: {
    readonly permissions: PermissionTable;
    readonly idleMinutes: number;
    readonly totp: "off" | "require";
  };
  /** host:port under which clients reach this process. */
  readonly publicAddress: string | undefined;
  /** Other origins whose pages may use this server. */
  readonly origins: readonly string[];
  /** Keys of stored snapshots: the first seals, all open. None: compressed, not encrypted. */
  readonly sealKeys: readonly string[];
  /** Milliseconds between saves of a persistent zone, 100 to 30,000. */
  readonly zoneSaveMs: number;
  /** Secrets of access tokens: the first signs, all are accepted. None: the database has one. */
  readonly tokenKeys: readonly string[];
  /** Secret by which heads of the audit log are signed; undefined: the data folder has one. */
  readonly auditKey: string | undefined;
  /**
   * Number of trusted proxies in front, which add the client's address and scheme to X-Forwarded-For and
   * -Proto.
   */
  readonly trustProxy: number;
  /**
   * True: whoever comes by plain http is sent to https or refused. Needs a trusted proxy, which tells the
   * scheme.
   */
  readonly httpsOnly: boolean;
  /** Characters an account may have. */
  readonly charactersMax: number;
  /** Letters of a room's code, 4 to 12. */
  readonly codeLength: number;
  /** Rooms that this process may have open. */
  readonly roomsMax: number;
  /** Join tickets that an account gets in a minute, and all accounts of an address together. */
  readonly accountTickets: number;
  /** Join tickets that all accounts of an address together get in a minute. */
  readonly addressTickets: number;
  /** Lines that an account may write in 20 s, in all rooms together. */
  readonly accountChat: number;
  /** Words that no player may be called by. */
  readonly reservedNames: readonly string[];
  /** Days for which the addresses of sign-ins and play sessions are kept; 0: none is. */
  readonly addressDays: number;
  /** Days after which a guest who does not come back is deleted; 0: never. */
  readonly guestDays: number;
  /** How a banned player may object: a text or an address. Empty: they are told nothing of it. */
  readonly appeal: string;
  /** Days for which reports about players are kept. */
  readonly reportDays: number;
  /** Days between the wish to delete an account and its end; 0: it ends at once. */
  readonly deleteGraceDays: number;
  /** Seats that an address may have reserved and not taken yet. */
  readonly addressSeats: number;
  /** Frames a second that a socket may send unless its room says otherwise; eight times as many at once. */
  readonly socketFrames: number;
  /** Cheat detection of rooms that set nothing of their own, and days for which its flags are kept. */
  readonly cheats: {
    readonly action: (typeof CHEAT_ACTIONS)[number];
    readonly threshold: number;
    readonly days: number;
  };
  /** External identity provider. */
  readonly oidc: OidcConfig | undefined;
  /** Queries that take longer are logged, ms; 0: none. */
  readonly slowQueryMs: number;
  /** Connections to PostgreSQL. */
  readonly poolSize: number;
  /** Longest time that a cache keeps a value, ms; 0: none does. */
  readonly cacheMs: number;
  /** Most values in each cache. */
  readonly cacheSize: number;
  /** Makes a backup this often, ms; undefined: none. */
  readonly backupEveryMs: number | undefined;
  /** Days for which the code of a lasting match that is over is known. Default 7. */
  readonly matchOverDays: number;
  /** Days for which kept events stay. */
  readonly eventDays: number;
  /** Rules of alerts, and by what they are told. */
  readonly alerts: AlertConfig;
  /** Folder into which every room is recorded; undefined: none is. */
  readonly recordDir: string | undefined;
  /** Ticks between two hashes in a recording; 0: none. */
  readonly recordHashTicks: number;
  /** Seconds that rooms with a world keep in memory, and most bytes that one room takes; 0 s: none. */
  readonly replay: { readonly seconds: number; readonly maxBytes: number };
  /** Days for which recordings stay that were kept with a reason. */
  readonly keptDays: number;
  /** Fast paths in use, which rely on undocumented parts of Node, ws and Colyseus. */
  readonly fastPaths: readonly FastPath[];
  /** Lines of the log that are less grave are left out. */
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
  /** What this process runs, for the rules of flags; undefined: the version in `package.json`. */
  readonly version: string | undefined;
  /** The variables that these settings were read from: what an operator sets never wins over them. */
  readonly given: Readonly<Record<string, string>>;
  /** Other variables that begin with ROOMKEEP_: plugins read their own. */
  readonly pluginEnv: Readonly<Record<string, string>>;
}

/**
 * Reads the settings from environment variables.
 *
 * @throws RoomkeepError CONFIG_INVALID naming each variable that cannot be used; never its value
 * @example
 * const server = await startServer({ yard: YardRoom }, readConfig(process.env));
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
    redisPrefix: data.ROOMKEEP_REDIS_PREFIX,
    dataDir: data.ROOMKEEP_DATA_DIR,
    adminPassword: data.ROOMKEEP_ADMIN_PASSWORD,
    desk: {
      permissions: readPermissions(data.ROOMKEEP_DESK_PERMISSIONS),
      idleMinutes: data.ROOMKEEP_DESK_IDLE_MINUTES,
      totp: data.ROOMKEEP_DESK_TOTP,
    },
    publicAddress: data.ROOMKEEP_PUBLIC_ADDRESS,
    origins: data.ROOMKEEP_ORIGINS,
    sealKeys: data.ROOMKEEP_SEAL_KEY,
    zoneSaveMs: data.ROOMKEEP_ZONE_SAVE_MS,
    tokenKeys: data.ROOMKEEP_TOKEN_KEY,
    auditKey: data.ROOMKEEP_AUDIT_KEY,
    trustProxy: data.ROOMKEEP_TRUST_PROXY,
    httpsOnly: readHttps(data),
    charactersMax: data.ROOMKEEP_CHARACTERS_MAX,
    codeLength: data.ROOMKEEP_CODE_LETTERS,
    roomsMax: data.ROOMKEEP_ROOMS_MAX,
    accountTickets: data.ROOMKEEP_ACCOUNT_TICKETS,
    addressTickets: data.ROOMKEEP_ADDRESS_TICKETS,
    addressSeats: data.ROOMKEEP_ADDRESS_SEATS,
    accountChat: data.ROOMKEEP_ACCOUNT_CHAT,
    reservedNames: data.ROOMKEEP_RESERVED_NAMES,
    addressDays: data.ROOMKEEP_ADDRESS_DAYS,
    guestDays: data.ROOMKEEP_GUEST_DAYS,
    appeal: data.ROOMKEEP_APPEAL ?? "",
    reportDays: data.ROOMKEEP_REPORT_DAYS,
    deleteGraceDays: data.ROOMKEEP_DELETE_GRACE_DAYS,
    socketFrames: data.ROOMKEEP_SOCKET_FRAMES,
    cheats: {
      action: data.ROOMKEEP_CHEAT_ACTION,
      threshold: data.ROOMKEEP_CHEAT_THRESHOLD,
      days: data.ROOMKEEP_CHEAT_DAYS,
    },
    oidc: readOidc(data),
    slowQueryMs: data.ROOMKEEP_SLOW_QUERY_MS,
    poolSize: data.ROOMKEEP_POOL_SIZE,
    cacheMs: data.ROOMKEEP_CACHE_SECONDS * 1_000,
    cacheSize: data.ROOMKEEP_CACHE_SIZE,
    backupEveryMs: data.ROOMKEEP_BACKUP_EVERY ? readInterval(data.ROOMKEEP_BACKUP_EVERY) : undefined,
    matchOverDays: data.ROOMKEEP_MATCH_OVER_DAYS,
    eventDays: data.ROOMKEEP_EVENT_DAYS,
    alerts: readAlertConfig(data),
    recordDir: data.ROOMKEEP_RECORD_DIR,
    recordHashTicks: data.ROOMKEEP_RECORD_HASH_TICKS,
    replay: {
      seconds: data.ROOMKEEP_REPLAY_SECONDS,
      maxBytes: Math.floor(data.ROOMKEEP_REPLAY_MB * 1_000_000),
    },
    keptDays: data.ROOMKEEP_KEPT_DAYS,
    fastPaths: data.ROOMKEEP_FAST_PATHS,
    logLevel: data.LOG_LEVEL,
    version: data.ROOMKEEP_VERSION,
    given: readGiven(given),
    pluginEnv: readPluginEnv(given),
  };
}

function readGiven(given: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      value !== undefined && name in environment.shape ? [[name, value] as const] : [],
    ),
  );
}

function readPluginEnv(given: NodeJS.ProcessEnv): Record<string, string> {
  const others = Object.entries(given).flatMap(([name, value]) =>
    value !== undefined && name.startsWith("ROOMKEEP_") && !(name in environment.shape)
      ? [[name, value] as const]
      : [],
  );
  return Object.fromEntries(others);
}

function readHttps(data: z.infer<typeof environment>): boolean {
  const enforced = data.ROOMKEEP_HTTPS === "enforce";
  // This process speaks plain http: without a proxy whose word counts nobody could come by https.
  if (enforced && data.ROOMKEEP_TRUST_PROXY === 0)
    throw new RoomkeepError(
      "CONFIG_INVALID",
      "ROOMKEEP_HTTPS=enforce needs ROOMKEEP_TRUST_PROXY: the proxy that ends TLS tells the scheme.",
    );
  return enforced;
}

function readOidc(data: z.infer<typeof environment>): OidcConfig | undefined {
  const { ROOMKEEP_OIDC_ISSUER: issuer, ROOMKEEP_OIDC_CLIENT_ID: clientId } = data;
  const { ROOMKEEP_OIDC_REDIRECT: redirectUri, ROOMKEEP_OIDC_CLIENT_SECRET: clientSecret } = data;
  if (issuer === undefined && clientId === undefined && redirectUri === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || redirectUri === undefined) {
    throw new RoomkeepError(
      "CONFIG_INVALID",
      "External sign-in needs ROOMKEEP_OIDC_ISSUER, ROOMKEEP_OIDC_CLIENT_ID and ROOMKEEP_OIDC_REDIRECT together.",
    );
  }
  return { issuer, name: data.ROOMKEEP_OIDC_NAME, clientId, clientSecret, redirectUri };
}
