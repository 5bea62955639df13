import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type DrillCluster, openDrillCluster } from "../cluster/fleet.ts";
import { pause } from "../patience.ts";
import { openNotebook } from "./notebook.ts";
import { openSocialBot, type SocialBot } from "./social-bot.ts";
import { judge, type SocialHarm } from "./verdict.ts";

export const help = `npm run drill -- social [--cycles 20] [--bots 60] [--json]

Three server processes on one PostgreSQL and one Redis, with the plugins friends, chat, groups, leaderboards and
tournaments. Bots befriend and block each other, found, join and leave groups, put coins into their banks and take them
out, whisper and talk, enter tournaments, and score. In each cycle a season and a tournament end while one process is
killed (kill -9) or frozen (SIGSTOP) for some seconds. At the end, what is kept is compared with what the bots were told.

The last line of --json: cycles, bots, kills, freezes, seasons, prizes, tournaments (that are closed), friendships,
groups, acts, refused, unanswered, lines, asymmetric (one is a friend and the other is not), prizesTwice, prizesMissing,
linesLost (of those acknowledged), linesToBlocked, differences (sums that are not equal), feesLost,
tournamentPrizesTwice, tournamentPrizesMissing, findings. Ends with 1 unless all of the last nine are 0.`;

const SCRIPT = fileURLToPath(new URL("social-server.ts", import.meta.url));
/** Longest wait for what is owed when all is calm, ms. */
const SETTLE_MS = 60_000;

/** Result of the drill. */
export interface SocialResult extends SocialHarm {
  drill: "social";
  cycles: number;
  bots: number;
  kills: number;
  freezes: number;
  /** Seasons that ended and were archived. */
  seasons: number;
  /** Prizes that were paid. */
  prizes: number;
  /** Tournaments that are closed: ended or cancelled, and all is paid. */
  tournaments: number;
  /** Friendships and groups that there are at the end. */
  friendships: number;
  groups: number;
  acts: number;
  refused: number;
  unanswered: number;
  lines: number;
  findings: string[];
  seconds: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      cycles: { type: "string", default: "20" },
      bots: { type: "string", default: "60" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await social({ cycles: Number(values.cycles), bots: Number(values.bots) });
  console.log(values.json ? JSON.stringify(result) : result);
  if (result.findings.length > 0) process.exitCode = 1;
}

/** The drill with so many cycles and bots. */
export async function social({
  cycles,
  bots: count,
}: {
  cycles: number;
  bots: number;
}): Promise<SocialResult> {
  const startedAt = performance.now();
  const cluster = await openDrillCluster(3, {}, SCRIPT);
  const { premises, url } = cluster;
  const notebook = openNotebook();
  const bots: SocialBot[] = [];
  const accountOf = async (characterId: string) => {
    const [row] = await premises.query<{ id: string }>(
      "SELECT account_id AS id FROM character WHERE id = $1",
      [characterId],
    );
    return row?.id ?? "";
  };
  const counts = { kills: 0, freezes: 0 };
  try {
    for (let n = 0; n < count; n++)
      bots.push(await openSocialBot({ url, notebook, all: bots, accountOf }, `Bot ${n}`));
    const running = bots.map((bot) => bot.run());
    for (let cycle = 1; cycle <= cycles; cycle++) {
      await pause(1_500);
      const ending = premises.query("UPDATE leaderboard_season SET ends_at = now() WHERE ended_at IS NULL");
      const racing = endTournaments(premises);
      await hurt(cluster, cycle, counts);
      await racing;
      await ending;
      console.error(`cycle ${cycle} of ${cycles}: ${notebook.acts} acts, ${notebook.lines.length} lines`);
    }
    for (const bot of bots) bot.stop();
    await Promise.all(running);
    await premises.query("UPDATE tournament SET ends_at = now() WHERE state = 'running'");
    await settled(cluster);
    const harm = await judge(premises, bots, notebook);
    const [there] = await premises.query<
      Pick<SocialResult, "seasons" | "prizes" | "tournaments" | "friendships" | "groups">
    >(`
      SELECT (SELECT count(*) FROM leaderboard_season WHERE archived_at IS NOT NULL)::int AS seasons,
        (SELECT count(*) FROM leaderboard_result WHERE outcome = 'paid')::int AS prizes,
        (SELECT count(*) FROM tournament WHERE closed_at IS NOT NULL)::int AS tournaments,
        (SELECT count(*) FROM friend_relation WHERE state = 'friends')::int AS friendships,
        (SELECT count(*) FROM player_group)::int AS groups`);
    const { acts, refused, unanswered, lines } = notebook;
    return {
      drill: "social",
      cycles,
      bots: count,
      ...counts,
      ...(there ?? { seasons: 0, prizes: 0, tournaments: 0, friendships: 0, groups: 0 }),
      ...{ acts, refused, unanswered, lines: lines.length },
      ...harm,
      findings: [
        ...Object.entries(harm).flatMap(([what, n]) => (n > 0 ? [`${what}: ${n}`] : [])),
        ...notebook.toBlocked.slice(0, 5),
      ],
      seconds: Math.round((performance.now() - startedAt) / 1_000),
    };
  } finally {
    for (const bot of bots) bot.stop();
    await cluster.close();
  }
}

/** Ends the tournament that runs, and begins the one that is open, with too few entrants now and then. */
async function endTournaments({ query }: DrillCluster["premises"]): Promise<void> {
  await query("UPDATE tournament SET ends_at = now() WHERE state = 'running'");
  // Two are open where the process that should begin one is away; each has a moment of its own.
  await query(`
    UPDATE tournament SET starts_at = now() - n * interval '1 millisecond'
    FROM (SELECT id AS at, row_number() OVER (ORDER BY starts_at) AS n FROM tournament WHERE state = 'open') AS open
    WHERE id = at`);
}

/** Kills a process, which is started again, or freezes it for some seconds. */
async function hurt(
  cluster: DrillCluster,
  cycle: number,
  counts: { kills: number; freezes: number },
): Promise<void> {
  const running = cluster.running();
  const victim = running[Math.floor(Math.random() * running.length)];
  if (!victim) return pause(1_000);
  if (cycle % 2 === 1) {
    counts.kills += 1;
    victim.child.kill("SIGKILL");
    return pause(4_000);
  }
  counts.freezes += 1;
  victim.child.kill("SIGSTOP");
  await pause(3_000 + 6_000 * Math.random());
  victim.child.kill("SIGCONT");
  await pause(1_000);
}

/** Waits until no season is to be archived, no prize is owed, and no fee waits for its tournament. */
async function settled({ premises }: DrillCluster): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const [{ owed = 0 } = {}] = await premises.query<{ owed: number }>(`
      SELECT (SELECT count(*) FROM leaderboard_season WHERE ended_at IS NOT NULL AND archived_at IS NULL)::int
        + (SELECT count(*) FROM leaderboard_result WHERE prize IS NOT NULL AND settled_at IS NULL)::int
        + (SELECT count(*) FROM tournament
          WHERE closed_at IS NULL AND (state IN ('ended', 'cancelled') OR ends_at <= now()))::int AS owed`);
    if (owed === 0 || performance.now() > until) return;
    await pause(500);
  }
}
