import { useEffect } from "preact/hooks";
import { hear } from "../api/stream.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo, route } from "../kit/route.ts";
import { Tabs, tabOf } from "../kit/tabs.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { ReportTable } from "./report-table.tsx";

const TABS = [
  ["open", "Open"],
  ["claimed", "Claimed"],
  ["decided", "Decided"],
] as const;

/** The queue of what players have reported. */
export function ReportsPage() {
  const state = tabOf(route.value, TABS) as (typeof TABS)[number][0];
  const { before } = route.value.query;
  const asked = useAsk("reports.list", { state, ...(before && { before }), limit: 50 }, 20_000);
  const { again } = asked;
  useEffect(() => hear("report", again), [again]);
  const { open = 0, claimed = 0 } = asked.answer ?? {};
  const named = TABS.map(([id, text]) => {
    const count = { open, claimed, decided: 0 }[id];
    return [id, count > 0 ? `${text} (${count})` : text] as const;
  });
  return (
    <>
      <h1>Reports</h1>
      <Tabs route={route.value} tabs={named} label="Reports by state" />
      <Loaded asked={asked}>
        {({ reports }) =>
          reports.length === 0 ? (
            <Empty>{state === "open" ? "Nothing waits." : "There is none."}</Empty>
          ) : (
            <div class="sheet">
              <ReportTable reports={reports} />
              {reports.length === 50 && (
                <p>
                  <a href={linkTo(["reports"], { tab: state, before: reports.at(-1)?.id })}>Older</a>
                </p>
              )}
            </div>
          )
        }
      </Loaded>
    </>
  );
}
