/** Largest texts and numbers of what a script asks for; checked outside of the sandbox. */
export const INTENT_LIMITS = {
  /** Intents of one decision. */
  most: 16,
  /** Characters of a spoken line. */
  sayChars: 200,
  /** Characters of an event's or component's name. */
  nameChars: 40,
  /** Bytes of an event's payload or of a component's values, as JSON. */
  payloadBytes: 512,
  /** Bytes of a script's memory, as JSON. */
  memoryBytes: 1_024,
  /** Longest wait, seconds. */
  waitS: 3_600,
  /** Farthest coordinate, metres. */
  coordinateM: 100_000,
} as const;

/** A field's value that a script may set. */
export type FieldValue = string | number | boolean;

/** What a script asks the room to do. The room does it, or refuses it, by the rules for a player. */
export type Intent =
  | readonly ["say", text: string]
  | readonly ["move", x: number, z: number, run: boolean]
  | readonly ["stop"]
  | readonly ["face", yaw: number]
  | readonly ["wait", seconds: number]
  | readonly ["emit", name: string, payload: unknown]
  | readonly ["set", component: string, values: Readonly<Record<string, FieldValue>>];

/** What a script decided: its intents, and its memory as JSON if it changed. */
export interface Decision {
  readonly intents: readonly Intent[];
  readonly memory: string | undefined;
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.length <= most;
const isWithin = (value: unknown, most: number): value is number =>
  typeof value === "number" && value >= -most && value <= most;
const isName = (value: unknown) => isText(value, INTENT_LIMITS.nameChars) && value.length > 0;

function isSmall(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text !== undefined && Buffer.byteLength(text) <= INTENT_LIMITS.payloadBytes;
}

function areValues(values: unknown): boolean {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return false;
  const isField = (value: unknown) =>
    typeof value === "boolean" ||
    isText(value, INTENT_LIMITS.payloadBytes) ||
    isWithin(value, Number.MAX_VALUE);
  return Object.values(values).every(isField) && isSmall(values);
}

/** By kind: whether the rest of an intent is as it should be, and how long it is. */
const CHECKS: Readonly<Record<string, (...rest: unknown[]) => boolean>> = {
  say: (text, ...more) => isText(text, INTENT_LIMITS.sayChars) && more.length === 0,
  move: (x, z, run, ...more) =>
    isWithin(x, INTENT_LIMITS.coordinateM) &&
    isWithin(z, INTENT_LIMITS.coordinateM) &&
    typeof run === "boolean" &&
    more.length === 0,
  stop: (...more) => more.length === 0,
  face: (yaw, ...more) => isWithin(yaw, 1_000) && more.length === 0,
  wait: (seconds, ...more) => isWithin(seconds, INTENT_LIMITS.waitS) && seconds >= 0 && more.length === 0,
  emit: (name, payload, ...more) => isName(name) && isSmall(payload) && more.length === 0,
  set: (component, values, ...more) => isName(component) && areValues(values) && more.length === 0,
};

function isIntent(value: unknown): value is Intent {
  if (!Array.isArray(value)) return false;
  const [kind, ...rest] = value;
  return typeof kind === "string" && Object.hasOwn(CHECKS, kind) && CHECKS[kind]?.(...rest) === true;
}

/**
 * Reads what came out of a sandbox. It is trusted in nothing: whatever the script did to its own side, only
 * intents of the known kinds and sizes come through.
 *
 * @returns undefined: it is no decision
 */
export function readDecision(text: string): Decision | undefined {
  if (text === "") return { intents: [], memory: undefined };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [intents, memory] = value as [unknown, unknown];
  if (!Array.isArray(intents) || intents.length > INTENT_LIMITS.most || !intents.every(isIntent))
    return undefined;
  if (memory === null) return { intents, memory: undefined };
  return typeof memory === "string" && isMemory(memory) ? { intents, memory } : undefined;
}

/** Whether a text is a script's memory: a JSON object of at most 1 kB. */
export function isMemory(text: string): boolean {
  if (Buffer.byteLength(text) > INTENT_LIMITS.memoryBytes) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
