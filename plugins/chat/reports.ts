import type { PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { type ChannelName, keyOf, type OpenChannel } from "./kind.ts";
import { readPage } from "./rows/lines.ts";
import type { Speaker } from "./rows/readers.ts";

/** Lines before the reported one that its report has. */
const LINES_BEFORE = 20;
/** Reports of one account in an hour: as many as in rooms. */
const PER_HOUR = 10;

type Reason = Parameters<PluginServices["report"]>[0]["reason"];
/** Why a line may be reported: as players in rooms. */
export const REASONS = [
  "insult",
  "harassment",
  "cheating",
  "spam",
  "name",
  "other",
] as const satisfies readonly Reason[];

/** Why a line is reported. */
export interface LineReport {
  readonly reason: Reason;
  readonly text: string;
}

/**
 * Reports of kept lines: into the moderators' queue, as those of rooms, with the lines before as the reporter
 * read them. The lines stay in the report when they are deleted here.
 */
export function lineReports(
  { db, people, limit, report: file }: Pick<PluginServices, "db" | "people" | "limit" | "report">,
  {
    open,
    speakerOf,
  }: {
    open(accountId: string, address: ChannelName): Promise<OpenChannel>;
    speakerOf(accountId: string): Promise<Speaker>;
  },
) {
  const reports = limit("reports", { most: PER_HOUR, withinS: 3_600 });
  return async (accountId: string, address: ChannelName, n: number, { reason, text }: LineReport) => {
    const { name } = await open(accountId, address);
    const hidden = (await people.hiddenFrom([accountId])).get(accountId) ?? [];
    const { lines } = await readPage(db, name, { before: n + 1, limit: LINES_BEFORE + 1, hidden });
    const reported = lines.find((line) => line.n === n);
    if (!reported || reported.deleted) throw new RoomkeepError("CHAT_LINE_UNKNOWN");
    if (reported.account === accountId) throw new RoomkeepError("PLAYER_UNKNOWN", "That is your own line.");
    await reports.spend(accountId);
    const { characterId, name: reporterName } = await speakerOf(accountId);
    await file({
      game: "chat",
      roomId: keyOf(name),
      reporter: { accountId, characterId, name: reporterName },
      reported: { accountId: reported.account, characterId: reported.character, name: reported.name },
      reason,
      text,
      chat: lines
        .filter(({ deleted }) => !deleted)
        .map(({ at, character, name: by, text: said }) => ({ at, character, name: by, text: said })),
    });
  };
}
