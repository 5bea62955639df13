import type { ErrorCode } from "../../../shared/index.ts";
import type { ProcessNow } from "../overview/overview.ts";
import type { Sample } from "../overview/sample.ts";
import type { Alert, RaisedAlert, SEVERITIES } from "./alert.ts";

/** What rules look at. */
export interface Measured {
  /** The newest sample of each living process. */
  readonly samples: readonly { readonly process: ProcessNow; readonly sample: Sample }[];
  /** Refused joins of all processes in the last minute, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Accounts that differ from the ledger; undefined: nobody has looked. */
  readonly ledger: number | undefined;
}

/** A measured value of one subject. */
export interface Value {
  /** Address of a process, or "cluster". */
  readonly subject: string;
  readonly value: number;
}

/** How a rule is set. */
export interface RuleSetting {
  /** It fires above this. */
  readonly above: number;
  /** So long must it be above, and below again until it has recovered. */
  readonly forS: number;
  /** Pause before it is told again, while nobody has acknowledged it. */
  readonly repeatS: number;
  readonly severity: (typeof SEVERITIES)[number];
  /** True: nobody is told. */
  readonly off: boolean;
}

/** A rule: what it measures, and how it is set unless an operator says otherwise. */
export interface Rule extends RuleSetting {
  readonly unit: string;
  /** Says a value: "99 of 100 ticks took up to 83 ms". */
  say(value: string): string;
  measure(measured: Measured): Value[];
}

/** Refusals that are the server's own trouble. Others are those of players: a wrong code, a full room. */
const OURS: readonly ErrorCode[] = [
  "JOIN_FAILED",
  "JOIN_TIMEOUT",
  "DATABASE_UNAVAILABLE",
  "REDIS_UNAVAILABLE",
  "MEMORY_SHORT",
  "ROOMS_FULL",
  "ZONE_SEALED",
];
const HOUR_S = 3_600;
const usual = { forS: 30, repeatS: HOUR_S, severity: "warning", off: false } as const;

const ofEach =
  (read: (sample: Sample) => number | null | undefined) =>
  ({ samples }: Measured): Value[] =>
    samples.flatMap(({ process, sample }) => {
      const value = read(sample);
      return value === null || value === undefined ? [] : [{ subject: process.address, value }];
    });

/** The rules, by name. What has been named stays named: alerts of the past refer to it. */
export const RULES: Readonly<Record<string, Rule>> = {
  "tick-p99": {
    ...usual,
    above: 50,
    unit: "ms",
    say: (value) => `99 of 100 ticks took up to ${value}`,
    measure: ofEach(({ tickP99Ms }) => tickP99Ms),
  },
  "late-ticks": {
    ...usual,
    above: 5,
    unit: "%",
    say: (value) => `${value} of the ticks took longer than what they simulate`,
    measure: ofEach(({ ticks, late }) => (ticks === 0 ? null : (100 * late) / ticks)),
  },
  memory: {
    ...usual,
    above: 85,
    severity: "critical",
    unit: "%",
    say: (value) => `${value} of the memory is used`,
    measure: ofEach(({ memory }) => 100 * memory),
  },
  "join-failures": {
    ...usual,
    above: 10,
    severity: "critical",
    unit: "a minute",
    say: (value) => `joins fail by the server's own trouble: ${value}`,
    measure: ({ refused }) => [
      { subject: "cluster", value: OURS.reduce((sum, code) => sum + (refused[code] ?? 0), 0) },
    ],
  },
  "database-away": {
    ...usual,
    above: 0,
    forS: 10,
    severity: "critical",
    unit: "",
    say: () => "the database does not answer",
    measure: ofEach(({ databaseMs }) => (databaseMs === null ? 1 : 0)),
  },
  "redis-away": {
    ...usual,
    above: 0,
    forS: 10,
    severity: "critical",
    unit: "",
    say: () => "Redis does not answer",
    measure: ofEach(({ redisMs }) => (redisMs === undefined ? null : redisMs === null ? 1 : 0)),
  },
  "ledger-difference": {
    ...usual,
    above: 0,
    forS: 0,
    severity: "critical",
    unit: "accounts",
    say: (value) => `balances differ from what was booked: ${value}`,
    measure: ({ ledger }) => (ledger === undefined ? [] : [{ subject: "cluster", value: ledger }]),
  },
  "backup-age": {
    ...usual,
    above: 1.5,
    forS: 60,
    unit: "intervals",
    say: (value) => `the newest backup is old: ${value} of ROOMKEEP_BACKUP_EVERY`,
    measure: ofEach(({ backupAge }) => backupAge),
  },
};

/** Names of the rules. */
export const RULE_NAMES = Object.keys(RULES);

/** Puts to an alert what follows from its rule. An older or newer version may have had other rules. */
export function toldOf(raised: RaisedAlert): Alert {
  const { rule, subject, value, threshold, recoveredAt } = raised;
  const { unit = "", say = (it: string) => it } = RULES[rule] ?? {};
  const said = `${subject}: ${say(withUnit(value, unit))}`;
  const text =
    recoveredAt === null
      ? `${said}${unit && ` (above ${withUnit(threshold, unit)})`}`
      : `${subject}: ${rule} has recovered`;
  return { ...raised, unit, text, state: recoveredAt === null ? "firing" : "recovered" };
}

const withUnit = (value: number, unit: string) =>
  `${Math.round(value * 10) / 10}${unit === "" ? "" : ` ${unit}`}`;
