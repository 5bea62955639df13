import type { ResultOf } from "./ask.ts";

/** Who is signed in, and what they may do. */
export type Me = ResultOf<"me">;
/** An open room in the list. */
export type RoomRow = ResultOf<"rooms.list">["rooms"][number];
/** A room by itself. */
export interface RoomShown {
  roomId: string;
  game: string;
  label: string;
  locked: boolean;
  hidden: boolean;
  clients: number;
  maxClients: number | null;
  openedMs: number;
  players: number;
  viewers: number;
  faults: number;
  world: WorldShown | null;
}
/** Somebody in a room. */
export type Person = ResultOf<"rooms.players">["people"][number];
/** The world as it is. */
export type Picture = ResultOf<"rooms.picture">["picture"];
/** Pictures of the past. */
export type ScrubFrames = ResultOf<"recordings.frames">;
/** A recording that was kept with a reason. */
export type KeptRow = ResultOf<"recordings.list">["recordings"][number];
/** An account in a list. */
export type PlayerRow = ResultOf<"players.search">["players"][number];
/** An account by itself. */
export type PlayerShown = ResultOf<"players.show">;
/** A warning, mute, kick or ban. */
export type Sanction = PlayerShown["sanctions"][number];
/** What a player has reported. */
export type Report = ResultOf<"reports.show">;
/** One movement of the ledger. */
export type Movement = ResultOf<"players.ledger">["movements"][number];
/** What a booking has come to. */
export type Booked = ResultOf<"items.coins">;
/** A stack of items. */
export type Stack = ResultOf<"players.items">["stacks"][number];

/** A process as it is now. */
export interface ProcessNow {
  processId: string;
  address: string;
  version: string;
  self: boolean;
  draining: boolean;
  rooms: number;
  players: number;
  busy: number;
  memory: number;
  ticks: number;
  late: number;
  tickP99Ms: number | null;
  databaseMs: number | null;
  redisMs?: number | null;
  sampledAt: number;
}

type Column = (number | null)[];

/** Columns over time; gaps are null. */
export interface Series {
  stepS: number;
  at: number[];
  players: Column;
  rooms: Column;
  tickP99Ms: Column;
  busy: Column;
  memory: Column;
  ticks: Column;
  late: Column;
  joined: Column;
  refused: Column;
  processes: Column;
  away: Column;
}

/** One step of a series. */
export type SeriesPoint = { at: number } & Record<Exclude<keyof Series, "stepS" | "at">, number | null>;

/** A refusal and how often. */
export interface FailureCount {
  code: string;
  count: number;
}

/** What the overview shows. */
export interface Overview {
  at: number;
  processes: ProcessNow[];
  hour: Series;
  day: Series;
  failures: { hour: FailureCount[]; day: FailureCount[] };
  alerts: Alert[];
}

/** A rule that was broken. */
export interface Alert {
  id: string;
  rule: string;
  subject: string;
  severity: "info" | "warning" | "critical";
  state: "firing" | "recovered";
  text: string;
  value: number;
  threshold: number;
  unit: string;
  firedAt: number;
  toldAt: number;
  times: number;
  recoveredAt: number | null;
  acknowledgedAt: number | null;
  acknowledgedBy: string | null;
}

/** A room's world. */
export interface WorldShown {
  zone: string | null;
  tick: number;
  tickHz: number;
  actors: number;
  replay: { wantedS: number; seconds: number; bytes: number; maxBytes: number; problem: string | null };
}

/** Where the time of a room's ticks goes, and what its sockets carry. */
export interface Ticks {
  faults: Record<string, number>;
  traffic: { bytesIn: number; bytesOut: number; clients: number; atMs: number };
  world: {
    tick: number;
    tickHz: number;
    ticks: number;
    late: number;
    meanMs: Record<string, number>;
    worstMs: number;
    p99Ms: number;
    recentMs: number[];
    replay: Record<string, unknown>;
  } | null;
}

/** A level from above: metres, x to the right, z towards the viewer. */
export interface LevelPicture {
  version: string;
  name: string;
  /** x and z of the corners. */
  bounds: { min: [number, number]; max: [number, number] };
  indoors: boolean;
  solids: { shape: "box" | "cylinder" | "ramp"; at: number[]; size: number[]; look: string }[];
  portals: { x: number; z: number; radius: number; to: string }[];
  triggers: { name: string; x: number; z: number }[];
  spawns: { x: number; z: number; name: string }[];
  decor: { kind: string; x: number; z: number; scale: number }[];
  ground: { originX: number; originZ: number; cellM: number; columns: number; heights: number[] } | null;
}

/** Who an actor is. */
export interface ActorLabel {
  kind: string;
  name: string;
  player: boolean;
}

/** Id, x, z, heading and y of an actor. */
export type ActorSpot = [string, number, number, number, number];

/** Where everything is at one tick. */
export interface Frame {
  tick: number;
  actors: ActorSpot[];
}

/** One line of the audit log. */
export interface AuditEntry {
  at: string;
  caller: string;
  role: string;
  account?: string | null;
  character?: string | null;
  /** The account that it was done to. */
  concerns?: string | null;
  game: string;
  roomId: string;
  line: string;
  outcome: string;
}

/** A setting of the server. */
export interface SettingRow {
  name: string;
  owner: string;
  description: string;
  schema: Record<string, unknown>;
  default?: unknown;
  value?: unknown;
  from: "environment" | "live" | "file" | "with" | "profile" | "default";
  change: "live" | "restart" | "environment";
  waiting?: { value?: unknown };
  refused?: string;
  changed?: { at: string; by: string; reason: string };
}

/** A change of a setting or flag. */
export interface SettingChange {
  id: string;
  kind: "setting" | "flag";
  name: string;
  at: string;
  by: string;
  before?: unknown;
  after?: unknown;
  reason: string;
}

/** A flag by segment. */
export interface Flag {
  name: string;
  description: string;
  values: unknown[];
  default?: unknown;
  page: boolean;
  rules: {
    percent?: number;
    role?: string;
    versions?: string[];
    accounts?: string[];
    value?: unknown;
  }[];
  refused?: string;
  changed?: { at: string; by: string; reason: string };
}
