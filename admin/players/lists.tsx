import { AuditTable } from "../audit/audit-table.tsx";
import { spanText, timeText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { ReportTable } from "../reports/report-table.tsx";

const MOST = 100;

/** Stays in rooms, the newest first. */
export function PlaySessionsTab(props: {
  player: string;
  characters: readonly { id: string; name: string }[];
}) {
  const { player, characters } = props;
  const nameOf = (wanted: string) => characters.find(({ id }) => id === wanted)?.name ?? wanted;
  const asked = useAsk("players.sessions", { player, limit: MOST });
  return (
    <Loaded asked={asked}>
      {({ sessions }) =>
        sessions === null ? (
          <Empty>This server runs without the plugin that keeps play sessions.</Empty>
        ) : sessions.length === 0 ? (
          <Empty>They have not played yet.</Empty>
        ) : (
          <Table
            label="Play sessions"
            rows={sessions}
            keyOf={({ startedAt, character }) => `${startedAt} ${character}`}
            columns={[
              { head: "From", cell: ({ startedAt }) => timeText(startedAt) },
              { head: "Character", cell: ({ character }) => nameOf(character) },
              { head: "Game", cell: ({ game }) => game },
              { head: "Room", cell: ({ roomId }) => <a href={linkTo(["rooms", roomId])}>{roomId}</a> },
              {
                head: "Length",
                cell: ({ startedAt, endedAt }) =>
                  endedAt === null
                    ? "plays on"
                    : spanText(new Date(endedAt).getTime() - new Date(startedAt).getTime()),
                number: true,
              },
              { head: "End", cell: ({ ending }) => ending ?? "–" },
            ]}
          />
        )
      }
    </Loaded>
  );
}

/** What the cheat detection has noted. */
export function CheatFlagsTab({ player }: { player: string }) {
  const asked = useAsk("players.flags", { player, limit: MOST });
  return (
    <Loaded asked={asked}>
      {({ flags }) =>
        flags.length === 0 ? (
          <Empty>Nothing was noted.</Empty>
        ) : (
          <Table
            label="Cheat flags"
            rows={flags}
            keyOf={({ id }) => id}
            columns={[
              { head: "When", cell: ({ at }) => timeText(at) },
              { head: "Points", cell: ({ score }) => String(score), number: true },
              { head: "Done", cell: ({ action }) => action },
              { head: "Game", cell: ({ game, roomId }) => `${game} ${roomId}` },
              { head: "Signals", cell: ({ signals }) => <code>{JSON.stringify(signals)}</code> },
            ]}
          />
        )
      }
    </Loaded>
  );
}

/** Reports about a player. */
export function ReportsTab({ player }: { player: string }) {
  const asked = useAsk("reports.list", { player, limit: MOST });
  return (
    <Loaded asked={asked}>
      {({ reports }) =>
        reports.length === 0 ? <Empty>Nobody has reported them.</Empty> : <ReportTable reports={reports} />
      }
    </Loaded>
  );
}

/** What was done by a player, and to them. */
export function AuditTab({ player }: { player: string }) {
  const asked = useAsk("players.audit", { player, limit: MOST });
  return (
    <Loaded asked={asked}>
      {({ entries }) =>
        entries.length === 0 ? <Empty>Nothing was done.</Empty> : <AuditTable entries={entries} />
      }
    </Loaded>
  );
}
