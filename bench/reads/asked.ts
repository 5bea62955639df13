/** How often something was asked, and the time of all of it together, ms. */
export interface Asked {
  readonly count: number;
  readonly ms: number;
}

/** By kind of statement or command. */
export type AskedByKind = ReadonlyMap<string, Asked>;

const LINE = /^roomkeep_query_seconds_(sum|count)\{kind="([^"]*)"\} (\S+)$/gm;

/** Statements so far, by kind, from the text of `/metrics`. */
export function statementsIn(metrics: string): AskedByKind {
  const found = new Map<string, { count: number; ms: number }>();
  for (const [, part, kind = "", value] of metrics.matchAll(LINE)) {
    const one = found.get(kind) ?? { count: 0, ms: 0 };
    if (part === "count") one.count = Number(value);
    else one.ms = Number(value) * 1_000;
    found.set(kind, one);
  }
  return found;
}

/** Commands that Redis has carried out so far, those of scripts too, by `INFO commandstats`; its own time. */
export function commandsIn(stats: string): AskedByKind {
  const lines = stats.matchAll(/^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm);
  return new Map(
    [...lines].map(([, name = "", calls, us]) => [name, { count: Number(calls), ms: Number(us) / 1_000 }]),
  );
}

/** What was asked between two looks, the most frequent first. */
export function between(from: AskedByKind, to: AskedByKind): Map<string, Asked> {
  const grown = [...to].map(([kind, { count, ms }]): [string, Asked] => {
    const before = from.get(kind) ?? { count: 0, ms: 0 };
    return [kind, { count: count - before.count, ms: ms - before.ms }];
  });
  return new Map(grown.filter(([, { count }]) => count > 0).sort(([, a], [, b]) => b.count - a.count));
}
