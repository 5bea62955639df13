import type { ProcessNow } from "../api/shapes.ts";
import { agoText, msText, numberText, percentText } from "../kit/format.ts";
import { Empty } from "../kit/loaded.tsx";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";

/** The processes that live. */
export function ProcessTable({ processes }: { processes: readonly ProcessNow[] }) {
  if (processes.length === 0) return <Empty>No process has told of itself yet.</Empty>;
  return (
    <Table
      label="Processes"
      rows={processes}
      keyOf={({ processId }) => processId}
      columns={[
        {
          head: "Process",
          cell: ({ processId, address, self, draining }) => (
            <span>
              <a href={linkTo(["overview"], { process: processId })}>{address}</a>{" "}
              {draining && <span class="badge warn">draining</span>}
              {self && <span class="badge">answers you</span>}
            </span>
          ),
        },
        { head: "Version", cell: ({ version }) => version },
        {
          head: "Rooms",
          cell: ({ rooms, processId }) => (
            <a href={linkTo(["rooms"], { process: processId })}>{numberText(rooms)}</a>
          ),
          number: true,
        },
        { head: "Players", cell: ({ players }) => numberText(players), number: true },
        { head: "Load", cell: ({ busy }) => percentText(busy), number: true },
        { head: "Memory", cell: ({ memory }) => percentText(memory), number: true },
        { head: "Tick p99", cell: ({ tickP99Ms }) => msText(tickP99Ms), number: true },
        { head: "Late", cell: ({ late, ticks }) => `${late} of ${ticks}`, number: true },
        {
          head: "Database",
          cell: ({ databaseMs }) =>
            databaseMs === null ? <span class="badge bad">away</span> : msText(databaseMs),
          number: true,
        },
        {
          head: "Redis",
          cell: ({ redisMs }) => (redisMs === null ? <span class="badge bad">away</span> : msText(redisMs)),
          number: true,
        },
        { head: "Seen", cell: ({ sampledAt }) => agoText(sampledAt), number: true },
      ]}
    />
  );
}
