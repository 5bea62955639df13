import type { SettingChange } from "../api/shapes.ts";
import { timeText, valueText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";

/** Who changed what, of all settings and flags or of one. */
export function History({ name }: { name: string | undefined }) {
  const asked = useAsk("settings.history", { ...(name && { name }), last: 200 });
  return (
    <section class="sheet">
      {name && (
        <p>
          Of <code>{name}</code> · <a href={linkTo(["settings"], { tab: "history" })}>of all</a>
        </p>
      )}
      <Loaded asked={asked}>
        {({ changes }) =>
          changes.length === 0 ? (
            <Empty>Nothing was changed.</Empty>
          ) : (
            <Table
              label="Changes"
              rows={changes as SettingChange[]}
              keyOf={({ id }) => String(id)}
              columns={[
                { head: "When", cell: ({ at }) => timeText(at) },
                { head: "Who", cell: ({ by }) => by },
                {
                  head: "What",
                  cell: ({ kind, name: changed }) => (
                    <span>
                      <code>{changed}</code> {kind === "flag" && <span class="badge">flag</span>}
                    </span>
                  ),
                },
                { head: "Before", cell: ({ before }) => <code>{valueText(before)}</code> },
                {
                  head: "After",
                  cell: (change) => ("after" in change ? <code>{valueText(change.after)}</code> : "reset"),
                },
                { head: "Why", cell: ({ reason }) => reason },
              ]}
            />
          )
        }
      </Loaded>
    </section>
  );
}
