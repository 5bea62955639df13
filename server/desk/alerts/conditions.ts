import type { Rule, Value } from "./rules.ts";

/** Where a rule stands with a subject. */
interface Standing {
  /** Since when it is above; undefined: it is not. */
  aboveSince: number | undefined;
  belowSince: number | undefined;
  value: number;
}

/** A rule and a subject. */
export interface Condition {
  readonly rule: string;
  readonly subject: string;
  readonly value: number;
}

/** Which conditions hold, long enough to be told. */
export interface Conditions {
  /** Looks at the values of a moment. */
  look(now: number, rules: Readonly<Record<string, Rule>>, valuesOf: (rule: Rule) => readonly Value[]): void;
  /** Those that have lasted. */
  lasting(): readonly Condition[];
  /** True: it is not above any more, for as long as that has to last, or its subject is gone. */
  isOver(rule: string, subject: string): boolean;
}

/** Opens the book of conditions. Every process keeps it, so that another one may go on at once. */
export function openConditions(): Conditions {
  const standings = new Map<string, Map<string, Standing>>();
  let rules: Readonly<Record<string, Rule>> = {};
  let at = 0;

  function lookAt(name: string, values: readonly Value[]): void {
    const { above } = rules[name] ?? { above: Number.POSITIVE_INFINITY };
    const known = standings.get(name) ?? new Map<string, Standing>();
    standings.set(name, known);
    const seen = new Map(values.map(({ subject, value }) => [subject, value]));
    for (const subject of new Set([...known.keys(), ...seen.keys()])) {
      const value = seen.get(subject);
      const was = known.get(subject);
      const isAbove = value !== undefined && value > above;
      if (!isAbove && was?.aboveSince === undefined && was?.belowSince === undefined) continue;
      known.set(subject, {
        aboveSince: isAbove ? (was?.aboveSince ?? at) : undefined,
        belowSince: isAbove ? undefined : (was?.belowSince ?? at),
        value: value ?? was?.value ?? 0,
      });
      // What has long been well is forgotten: subjects come and go.
      if (!isAbove && isOver(name, subject)) known.delete(subject);
    }
  }

  function isOver(name: string, subject: string): boolean {
    const { forS, off } = rules[name] ?? { forS: 0, off: true };
    const standing = standings.get(name)?.get(subject);
    if (off || standing === undefined) return true;
    return standing.belowSince !== undefined && at - standing.belowSince >= forS * 1000;
  }

  return {
    isOver,
    look(now, next, valuesOf) {
      at = now;
      rules = next;
      for (const [name, rule] of Object.entries(next)) lookAt(name, rule.off ? [] : valuesOf(rule));
    },
    lasting: () =>
      Object.entries(rules).flatMap(([rule, { forS }]) =>
        [...(standings.get(rule) ?? [])].flatMap(([subject, { aboveSince, value }]) =>
          aboveSince !== undefined && at - aboveSince >= forS * 1000 ? [{ rule, subject, value }] : [],
        ),
      ),
  };
}
