import type { AuditEntry } from "../api/shapes.ts";
import { timeText } from "../kit/format.ts";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";

/** Lines of the audit log. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const isUuid = (id: string) => /^[0-9a-f-]{36}$/.test(id);
  return (
    <Table
      label="Audit entries"
      rows={entries}
      keyOf={(entry) => `${entry.at} ${entry.caller} ${entry.line}`}
      columns={[
        { head: "When", cell: ({ at }) => timeText(at) },
        {
          head: "Who",
          cell: ({ caller, role }) => (
            <span>
              {caller} <small>{role}</small>
            </span>
          ),
        },
        { head: "What", cell: ({ line }) => <code>{line}</code> },
        {
          head: "Outcome",
          cell: ({ outcome }) => (
            <span class={outcome === "done" ? "badge good" : "badge bad"}>{outcome}</span>
          ),
        },
        {
          head: "To",
          cell: ({ concerns, roomId }) => (
            <span>
              {concerns && isUuid(concerns) && <a href={linkTo(["players", concerns])}>account</a>}{" "}
              {roomId && <a href={linkTo(["rooms", roomId])}>{roomId}</a>}
            </span>
          ),
        },
      ]}
    />
  );
}
