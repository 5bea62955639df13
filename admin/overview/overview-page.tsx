import { useEffect, useState } from "preact/hooks";
import type { FailureCount, Overview, Series } from "../api/shapes.ts";
import { hear } from "../api/stream.ts";
import { msText, numberText, percentText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { Plot } from "../kit/plot.tsx";
import { route, setQuery } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { AlertTable } from "./alert-table.tsx";
import { ProcessTable } from "./process-table.tsx";
import { withPoint } from "./series.ts";

/** Asked anew this often, beside what the stream tells. */
const EVERY_MS = 60_000;

/** Processes, rooms, players and refusals, now and over time. */
export function OverviewPage() {
  const process = route.value.query.process;
  const asked = useAsk("overview.get", process ? { process } : {}, EVERY_MS);
  return (
    <>
      <h1>Overview</h1>
      <Loaded asked={asked}>{(overview) => <Live overview={overview} process={process} />}</Loaded>
    </>
  );
}

function Live({ overview, process }: { overview: Overview; process: string | undefined }) {
  const [now, setNow] = useState(overview);
  useEffect(() => setNow(overview), [overview]);
  useEffect(
    () =>
      hear("overview", ({ at, processes, point }) =>
        setNow((was) => ({
          ...was,
          at,
          processes,
          // The point is of all processes together.
          hour: process ? was.hour : withPoint(was.hour, point),
        })),
      ),
    [process],
  );
  useEffect(
    () =>
      hear("alert", (alert) =>
        setNow((was) => {
          const others = was.alerts.filter(({ id }) => id !== alert.id);
          return { ...was, alerts: alert.state === "firing" ? [alert, ...others] : others };
        }),
      ),
    [],
  );
  const span = route.value.query.span === "day" ? "day" : "hour";
  return (
    <>
      <section class="sheet">
        <h2>Alerts</h2>
        {now.alerts.length === 0 ? (
          <Empty>No alert is open.</Empty>
        ) : (
          <AlertTable
            alerts={now.alerts}
            changed={(alert) =>
              setNow((was) => ({
                ...was,
                alerts: was.alerts.map((one) => (one.id === alert.id ? alert : one)),
              }))
            }
          />
        )}
      </section>
      <section class="sheet">
        <h2>Processes</h2>
        <ProcessTable processes={now.processes} />
      </section>
      <div class="head">
        <h2>{process ? `Process ${process}` : "All processes"}</h2>
        <p class="buttons">
          {process && (
            <button type="button" onClick={() => setQuery({ process: undefined })}>
              All processes
            </button>
          )}
          {(["hour", "day"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={span === one}
              class={span === one ? "strong" : undefined}
              onClick={() => setQuery({ span: one === "hour" ? undefined : one })}
            >
              Last {one}
            </button>
          ))}
        </p>
      </div>
      <Plots key={`${process}`} series={now[span]} />
      <section class="sheet">
        <h2>Refused joins, last {span}</h2>
        <Failures counts={now.failures[span]} />
      </section>
    </>
  );
}

function Plots({ series }: { series: Series }) {
  if (series.at.length === 0) return <Empty>Nothing is known of this time yet.</Empty>;
  const { at } = series;
  const count = (value: number) => numberText(Math.round(value * 10) / 10);
  return (
    <div class="split plots">
      <Plot
        title="Players and rooms"
        at={at}
        text={count}
        lines={[
          { label: "players", values: series.players, color: "--accent" },
          { label: "rooms", values: series.rooms, color: "--good" },
        ]}
      />
      <Plot
        title="Tick, 99 of 100 are shorter"
        at={at}
        text={msText}
        lines={[{ label: "tick p99", values: series.tickP99Ms, color: "--accent" }]}
      />
      <Plot
        title="Load and memory of the busiest process"
        at={at}
        text={percentText}
        lines={[
          { label: "load", values: series.busy, color: "--accent" },
          { label: "memory", values: series.memory, color: "--warn" },
        ]}
      />
      <Plot
        title="Joins, and late ticks"
        at={at}
        text={count}
        lines={[
          { label: "joined", values: series.joined, color: "--good" },
          { label: "refused", values: series.refused, color: "--bad" },
          { label: "late ticks", values: series.late, color: "--warn" },
        ]}
      />
    </div>
  );
}

function Failures({ counts }: { counts: readonly FailureCount[] }) {
  if (counts.length === 0) return <Empty>No join was refused.</Empty>;
  return (
    <Table
      label="Refused joins by code"
      rows={counts}
      keyOf={({ code }) => code}
      columns={[
        { head: "Code", cell: ({ code }) => <code>{code}</code> },
        { head: "Times", cell: ({ count }) => numberText(count), number: true },
      ]}
    />
  );
}
