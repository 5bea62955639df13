import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import { definedFlags, type FlagSet, type FlagState, onDefinedFlags } from "../flags/defined-flags.ts";
import type { FlagAnswer, FlagRule, FlagSubject } from "../flags/flag-rules.ts";
import type { Db } from "../storage/database.ts";
import { definedSettings, onDefinedSettings } from "./defined-settings.ts";
import { type ChangedBy, changeStored, readStored, readVersion, type Stored } from "./live-store.ts";
import type { SettingGroup, SettingState } from "./setting-group.ts";

/**
 * Between two looks at the database, ms. Processes are told of a change at once, but the message may get
 * lost, and who changes something without Redis tells nobody.
 */
const LOOK_MS = 1_000;

/** A change of an operator. */
export interface AskedChange {
  readonly name: string;
  readonly by: ChangedBy;
  readonly reason: string;
}

/** What was set before a change, and is set after it; undefined: nothing. */
export interface Changed {
  readonly before: unknown;
  readonly after: unknown;
}

/** The settings and flags of this process, as operators change them. */
export interface LiveSettings {
  /** The profile that this process runs in. */
  readonly profile: string;
  /** Takes over what is stored now; never throws. Call it when this process, or another, has changed it. */
  look(): Promise<void>;
  /** All settings that may be shown. */
  settings(): readonly SettingState[];
  flags(): readonly FlagState[];
  /** What is stored and nothing here defines. */
  leftOver(): {
    readonly settings: ReadonlyMap<string, unknown>;
    readonly flags: ReadonlyMap<string, unknown>;
  };
  /** @throws FLAG_UNKNOWN */
  flagOf(name: string, subject: FlagSubject): FlagAnswer;
  /**
   * Stores a value, in the caller's transaction; {@link look} and tell the others after its commit.
   *
   * @param text as in an environment variable
   * @throws SETTING_UNKNOWN, SETTING_FIXED, SETTING_INVALID nothing was changed
   */
  set(db: Db, change: AskedChange, text: string): Promise<Changed>;
  /** Takes a stored value away. @throws as `set` */
  reset(db: Db, change: AskedChange): Promise<Changed>;
  /** Stores the rules of a flag. @throws FLAG_UNKNOWN, FLAG_INVALID nothing was changed */
  setFlag(
    db: Db,
    change: AskedChange,
    rules: unknown,
  ): Promise<{ before: readonly FlagRule[]; after: readonly FlagRule[] }>;
  /** Takes the rules of a flag away. @throws FLAG_UNKNOWN */
  resetFlag(db: Db, change: AskedChange): Promise<{ before: readonly FlagRule[] }>;
  /** Gives settings and flags back what they began with. */
  close(): void;
}

/** What {@link openLiveSettings} needs. */
export interface LiveSettingsOptions {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "info" | "warn">;
  /** Of roomkeep and of plugins; those of games are known by `defineSettings`. */
  readonly groups: readonly SettingGroup[];
  readonly profile: string;
  /** Of what this process runs, for the rules of flags. */
  readonly version: string;
  /** False: nobody else writes to the database, or a test looks by itself. */
  readonly looks?: boolean;
}

/**
 * Opens the settings and flags that operators change: what is stored counts from now on.
 *
 * @throws DATABASE_UNAVAILABLE
 */
export async function openLiveSettings({
  ds,
  log,
  groups: own,
  profile,
  version,
  looks = true,
}: LiveSettingsOptions): Promise<LiveSettings> {
  let stored: Stored = await readStored(ds);
  const groups = () => [...own, ...definedSettings()];
  const warned = new Map<string, string>();

  /** Once for each reason, and not every time that something else changes. */
  function warnOf(kind: string, refused: ReadonlyMap<string, string>): void {
    for (const [name, reason] of refused) {
      const key = `${kind} ${name}`;
      if (warned.get(key) === reason) continue;
      warned.set(key, reason);
      log.warn({ [kind]: name, reason }, `a stored ${kind} does not fit this version and is set aside`);
    }
  }
  const followGroup = (group: SettingGroup, isStart: boolean) =>
    warnOf("setting", group.follow(stored.values.setting, isStart));
  const followFlags = (set: FlagSet) => warnOf("flag", set.follow(stored.values.flag, version));

  for (const group of groups()) followGroup(group, true);
  for (const set of definedFlags()) followFlags(set);
  const stop = [
    onDefinedSettings((group) => followGroup(group, true)),
    onDefinedFlags((set) => followFlags(set)),
  ];

  async function lookOnce(): Promise<void> {
    if ((await readVersion(ds)) === stored.version || closed) return;
    const now = await readStored(ds);
    if (closed) return;
    stored = now;
    for (const group of groups()) followGroup(group, false);
    for (const set of definedFlags()) followFlags(set);
    log.info({ version: now.version }, "settings and flags were changed");
  }

  let closed = false;
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  function look(): Promise<void> {
    // One that is under way may have read too early.
    if (running !== undefined) {
      waiting ??= running.then(() => {
        waiting = undefined;
        return look();
      });
      return waiting;
    }
    running = lookOnce()
      .catch((error) => log.warn({ err: error }, "changes of settings could not be read; they are later"))
      .finally(() => {
        running = undefined;
      });
    return running;
  }
  const clock = looks
    ? setInterval(() => void (running === undefined && look()), LOOK_MS).unref()
    : undefined;

  /** After an edit the one that was loaded last. */
  const groupOf = (name: string): SettingGroup => {
    const group = groups().findLast((one) => one.has(name));
    if (group) return group;
    throw new RoomkeepError("SETTING_UNKNOWN", `There is no setting "${name}".`);
  };
  const setOf = (name: string): FlagSet => {
    const set = definedFlags().findLast((one) => one.has(name));
    if (set) return set;
    throw new RoomkeepError("FLAG_UNKNOWN", `There is no flag "${name}".`);
  };
  const byName = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] => [
    ...new Map(all.map((one) => [one.name, one])).values(),
  ];
  const settings = () => byName(groups().flatMap((group) => group.states()));
  const flags = () => byName(definedFlags().flatMap((set) => set.states()));

  return {
    profile,
    look,
    settings,
    flags,
    leftOver() {
      const without = (all: ReadonlyMap<string, unknown>, known: readonly { name: string }[]) =>
        new Map([...all].filter(([name]) => !known.some((one) => one.name === name)));
      return {
        settings: without(stored.values.setting, settings()),
        flags: without(stored.values.flag, flags()),
      };
    },
    flagOf: (name, subject) => setOf(name).answer(name, subject),
    set: (db, change, text) =>
      changeStored(db, { kind: "setting", ...change }, ({ setting }) =>
        groupOf(change.name).check(change.name, text, setting),
      ),
    reset: (db, change) =>
      changeStored(db, { kind: "setting", ...change }, ({ setting }) => {
        if (groups().some((one) => one.has(change.name)) || !setting.has(change.name))
          groupOf(change.name).checkReset(change.name, setting);
        return undefined;
      }),
    async setFlag(db, change, rules) {
      const changed = await changeStored(db, { kind: "flag", ...change }, () =>
        setOf(change.name).check(change.name, rules),
      );
      return { before: rulesOf(changed.before), after: rulesOf(changed.after) };
    },
    async resetFlag(db, change) {
      const changed = await changeStored(db, { kind: "flag", ...change }, ({ flag }) => {
        if (!flag.has(change.name)) setOf(change.name);
        return undefined;
      });
      return { before: rulesOf(changed.before) };
    },
    close() {
      closed = true;
      clearInterval(clock);
      for (const end of stop) end();
      for (const group of groups()) group.follow(new Map(), true);
      for (const set of definedFlags()) set.follow(new Map(), "");
    },
  };
}

/** As they were stored, by whichever version. */
const rulesOf = (stored: unknown): readonly FlagRule[] => (Array.isArray(stored) ? stored : []);
