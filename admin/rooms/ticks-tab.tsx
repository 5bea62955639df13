import type { Ticks } from "../api/shapes.ts";
import { bytesText, msText, numberText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { Facts } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";

const EVERY_MS = 2_000;

/** Where the time of a room's ticks goes, what it carries, and what went wrong in it. */
export function TicksTab({ roomId }: { roomId: string }) {
  const asked = useAsk("rooms.ticks", { roomId }, EVERY_MS);
  return <Loaded asked={asked}>{(ticks) => <Shown ticks={ticks as unknown as Ticks} />}</Loaded>;
}

function Shown({ ticks: { world, traffic, faults } }: { ticks: Ticks }) {
  const all = Object.entries(faults);
  return (
    <>
      {world ? <WorldTicks world={world} /> : <Empty>This room has no world, and no ticks of one.</Empty>}
      <h2>Traffic of the open connections</h2>
      <Facts
        of={[
          ["Came in", bytesText(traffic.bytesIn)],
          ["Went out", bytesText(traffic.bytesOut)],
          ["Connections", numberText(traffic.clients)],
        ]}
      />
      <h2>Faults</h2>
      {all.length === 0 ? (
        <Empty>Nothing was caught.</Empty>
      ) : (
        <ul class="lines">
          {all.map(([where, count]) => (
            <li key={where}>
              <code>{where}</code> {count} times
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function WorldTicks({ world }: { world: NonNullable<Ticks["world"]> }) {
  const budgetMs = 1_000 / world.tickHz;
  return (
    <>
      <h2>Ticks</h2>
      <Facts
        of={[
          ["Tick p99, last minute", msText(world.p99Ms)],
          ["Longest", msText(world.worstMs)],
          ["Late", `${numberText(world.late)} of ${numberText(world.ticks)}`],
          ["Budget of a tick", msText(budgetMs)],
        ]}
      />
      <div class="bars">
        {Object.entries(world.meanMs).map(([phase, ms]) => (
          <PhaseBar key={phase} phase={phase} ms={ms} budgetMs={budgetMs} />
        ))}
      </div>
    </>
  );
}

function PhaseBar({ phase, ms, budgetMs }: { phase: string; ms: number; budgetMs: number }) {
  return (
    <>
      <span>{phase}</span>
      <meter
        value={ms}
        max={budgetMs}
        high={budgetMs * 0.5}
        optimum={0}
        aria-label={`Mean of ${phase} against the budget`}
      />
      <span>{ms.toFixed(2)} ms</span>
    </>
  );
}
