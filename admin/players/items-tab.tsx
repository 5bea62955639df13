import { useMemo, useState } from "preact/hooks";
import { may } from "../api/session.ts";
import type { Booked, PlayerShown, Stack } from "../api/shapes.ts";
import { Act, REASON } from "../kit/act.tsx";
import type { Field } from "../kit/fields.tsx";
import { numberText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { route, setQuery } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { type Asked, useAsk } from "../kit/use-ask.ts";
import { Ledger } from "./ledger.tsx";
import { newRequest } from "./request-id.ts";

/** Coins and items of a character, and every movement of them. */
export function ItemsTab({ characters }: { characters: PlayerShown["characters"] }) {
  const wanted = route.value.query.character;
  const character = characters.find(({ id }) => id === wanted) ?? characters[0];
  const [booked, setBooked] = useState(0);
  if (!character) return <Empty>There is no character.</Empty>;
  return (
    <>
      {characters.length > 1 && (
        <p class="field">
          <label for="items-of">Character</label>
          <select
            id="items-of"
            value={character.id}
            onChange={({ currentTarget: { value } }) => setQuery({ character: value })}
          >
            {characters.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </p>
      )}
      <Items
        key={character.id}
        character={character.id}
        name={character.name}
        done={() => setBooked(booked + 1)}
      />
      <h2>Ledger</h2>
      <Ledger key={`${character.id} ${booked}`} character={character.id} />
    </>
  );
}

function Items({ character, name, done }: { character: string; name: string; done: () => void }) {
  const asked = useAsk("players.items", { character });
  const [last, setLast] = useState<Booked>();
  const took = (booked: unknown) => {
    setLast(booked as Booked);
    asked.again();
    done();
  };
  return (
    <Loaded asked={asked}>
      {({ coins, stacks, dead }) => (
        <>
          <p>
            <strong>{numberText(coins)} coins</strong> {dead && <span class="badge warn">dead</span>}
          </p>
          {last && (
            <p class="notice good" role="status">
              Booked{last.repeated && " before already"}: {numberText(last.coins)} coins now.{" "}
              {last.room ? "The room shows it." : "They are in no room; it counts when they come back."}
            </p>
          )}
          {may("items.coins") && (
            <Bookings character={character} name={name} done={took} booked={stacks.length} />
          )}
          {stacks.length === 0 ? (
            <Empty>It carries nothing.</Empty>
          ) : (
            <Stacks stacks={stacks} character={character} done={took} />
          )}
        </>
      )}
    </Loaded>
  );
}

const QTY: Field = { name: "qty", label: "How many", kind: "number", required: true, from: 1, first: "1" };

/** A booking keeps its request id for as long as its form is open, so that a repetition is booked once. */
function Bookings(props: {
  character: string;
  name: string;
  done: (booked: unknown) => void;
  booked: number;
}) {
  const { character, name, done } = props;
  const templates = useAsk("items.templates", {}) as Asked<{ templates: { name: string }[] }>;
  const [turn, setTurn] = useState(0);
  // A new one after each booking.
  const request = useMemo(newRequest, [turn]);
  const booked = (result: unknown) => {
    setTurn(turn + 1);
    done(result);
  };
  const known = templates.answer?.templates ?? [];
  return (
    <p class="buttons">
      <Act
        op="items.coins"
        label="Book coins"
        title={`Book coins of ${name}`}
        params={{ character, request }}
        fields={[
          { name: "coins", label: "Coins", kind: "number", required: true, hint: "Below 0: they are taken" },
          REASON,
        ]}
        onDone={booked}
      />
      <Act
        op="items.grant"
        label="Give an item"
        title={`Give ${name} an item`}
        params={{ character, request }}
        disabled={known.length === 0}
        fields={[
          {
            name: "template",
            label: "Item",
            kind: "choice",
            choices: known.map((one) => [one.name, one.name] as const),
          },
          QTY,
          {
            name: "into",
            label: "Into",
            kind: "choice",
            choices: [
              ["bag", "Bag"],
              ["bank", "Bank"],
              ["mail", "Mail"],
            ],
          },
          REASON,
        ]}
        onDone={booked}
      />
    </p>
  );
}

function Stacks(props: { stacks: readonly Stack[]; character: string; done: (booked: unknown) => void }) {
  const { stacks, character, done } = props;
  return (
    <Table
      label="Items"
      rows={stacks}
      keyOf={({ id }) => id}
      columns={[
        { head: "Item", cell: ({ template }) => template },
        { head: "In", cell: ({ container, slot }) => (slot === null ? container : `${container} ${slot}`) },
        { head: "Quantity", cell: ({ qty }) => numberText(qty), number: true },
        {
          head: "Act",
          cell: ({ id, template, qty }) => (
            <Act
              op="items.take"
              label="Take"
              title={`Take ${template}`}
              params={{ character, stack: id, request: `take ${id} ${qty}` }}
              fields={[{ ...QTY, to: qty, first: String(qty) }, REASON]}
              danger
              onDone={done}
            />
          ),
        },
      ]}
    />
  );
}
