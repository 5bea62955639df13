import type { Report } from "../api/shapes.ts";
import { agoText } from "../kit/format.ts";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";

const TONE = { open: "badge bad", claimed: "badge warn", decided: "badge good" } as const;

/** Reports in a list. */
export function ReportTable({ reports }: { reports: readonly Report[] }) {
  return (
    <Table
      label="Reports"
      rows={reports}
      keyOf={({ id }) => id}
      columns={[
        {
          head: "Report",
          cell: ({ id, reason, text }) => (
            <span>
              <a href={linkTo(["reports", id])}>{reason}</a> {text.slice(0, 120)}
            </span>
          ),
        },
        {
          head: "About",
          cell: ({ reportedId, reportedName }) => (
            <a href={linkTo(["players", reportedId])}>{reportedName}</a>
          ),
        },
        { head: "By", cell: ({ reporterName }) => reporterName },
        { head: "In", cell: ({ game, roomId }) => `${game} ${roomId}` },
        { head: "When", cell: ({ at }) => agoText(at) },
        {
          head: "State",
          cell: ({ state, claimedBy, outcome }) => (
            <span>
              <span class={TONE[state]}>{state}</span> {state === "claimed" && `by ${claimedBy}`}
              {state === "decided" && outcome}
            </span>
          ),
        },
      ]}
    />
  );
}
