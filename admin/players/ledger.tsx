import { useState } from "preact/hooks";
import type { Movement } from "../api/shapes.ts";
import { timeText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";

/** All movements of a character's items and coins, a page at a time. */
export function Ledger({ character }: { character: string }) {
  const [befores, setBefores] = useState<readonly string[]>([]);
  const before = befores.at(-1);
  const asked = useAsk("players.ledger", { character, ...(before && { before }), limit: 50 });
  return (
    <Loaded asked={asked}>
      {({ movements, next }) => (
        <>
          {movements.length === 0 ? <Empty>Nothing was moved.</Empty> : <Movements movements={movements} />}
          <p class="buttons">
            {befores.length > 0 && (
              <button type="button" onClick={() => setBefores(befores.slice(0, -1))}>
                Newer
              </button>
            )}
            {next !== null && (
              <button type="button" onClick={() => setBefores([...befores, String(next)])}>
                Older
              </button>
            )}
          </p>
        </>
      )}
    </Loaded>
  );
}

const signed = (count: number) => (count > 0 ? `+${count}` : String(count));

function Movements({ movements }: { movements: readonly Movement[] }) {
  return (
    <Table
      label="Movements"
      rows={movements}
      keyOf={({ seq }) => String(seq)}
      columns={[
        { head: "When", cell: ({ at }) => timeText(at) },
        {
          head: "What",
          cell: ({ item, qty, coins }) =>
            [item !== null && `${signed(qty)} ${item}`, coins !== 0 && `${signed(coins)} coins`]
              .filter(Boolean)
              .join(", "),
        },
        { head: "In", cell: ({ container }) => container },
        { head: "Why", cell: ({ reason }) => reason },
        { head: "By", cell: ({ by }) => (by === "" ? "played" : by) },
        {
          head: "With",
          cell: ({ others }) =>
            others
              .map(
                ({ account, item, qty, coins }) =>
                  `${account}: ${item === null ? `${signed(coins)} coins` : `${signed(qty)} ${item}`}`,
              )
              .join(", ") || "–",
        },
      ]}
    />
  );
}
