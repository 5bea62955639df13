import { useState } from "preact/hooks";
import type { RoomRow } from "../api/shapes.ts";
import { agoText, countText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo, route, setQuery } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { type RoomFilter, roomsThat } from "./room-filter.ts";

const EVERY_MS = 3_000;
/** Rooms of a list; with more of them the server has to look. */
const MOST = 500;

/** The open rooms of all processes. */
export function RoomsPage() {
  const asked = useAsk("rooms.list", { limit: MOST }, EVERY_MS);
  const { query: text = "", game = "", process = "" } = route.value.query;
  return (
    <>
      <h1>Rooms</h1>
      <Loaded asked={asked}>
        {({ rooms }) => <RoomList rooms={rooms} filter={{ text, game, process }} />}
      </Loaded>
    </>
  );
}

function RoomList({ rooms, filter }: { rooms: readonly RoomRow[]; filter: RoomFilter }) {
  const [text, setText] = useState(filter.text);
  const games = [...new Set(rooms.map(({ game }) => game))].sort();
  const processes = [...new Set(rooms.map(({ processId }) => processId))].sort();
  const shown = roomsThat(rooms, { ...filter, text });
  const players = shown.reduce((sum, room) => sum + room.players, 0);
  return (
    <>
      <search class="filter">
        <p class="field">
          <label for="room-search">Search</label>
          <input
            id="room-search"
            type="search"
            value={text}
            placeholder="Code, game or place"
            onInput={({ currentTarget: { value } }) => {
              setText(value);
              setQuery({ query: value });
            }}
          />
        </p>
        <Choice
          label="Game"
          value={filter.game}
          all="All games"
          of={games}
          set={(game) => setQuery({ game })}
        />
        {processes.length > 1 && (
          <Choice
            label="Process"
            value={filter.process}
            all="All processes"
            of={processes}
            set={(process) => setQuery({ process })}
          />
        )}
      </search>
      <p class="faint" role="status">
        {countText(shown.length, "room")}, {countText(players, "player")}
      </p>
      {shown.length === 0 ? (
        <Empty>{rooms.length === 0 ? "No room is open." : "No room fits."}</Empty>
      ) : (
        <RoomTable rooms={shown} />
      )}
    </>
  );
}

function Choice(props: {
  label: string;
  value: string;
  all: string;
  of: readonly string[];
  set: (value: string | undefined) => void;
}) {
  const { label, value, all, of, set } = props;
  const id = `rooms-${label.toLowerCase()}`;
  return (
    <p class="field narrow">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => set(currentTarget.value || undefined)}>
        <option value="">{all}</option>
        {of.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </p>
  );
}

function RoomTable({ rooms }: { rooms: readonly RoomRow[] }) {
  return (
    <div class="sheet">
      <Table
        label="Rooms"
        rows={rooms}
        keyOf={({ roomId }) => roomId}
        columns={[
          { head: "Room", cell: ({ roomId }) => <a href={linkTo(["rooms", roomId])}>{roomId}</a> },
          {
            head: "Game",
            cell: ({ game, locked, hidden }) => (
              <span>
                {game} {locked && <span class="badge warn">locked</span>}
                {hidden && <span class="badge">hidden</span>}
              </span>
            ),
          },
          {
            head: "Players",
            cell: ({ players, maxPlayers }) => `${players} of ${maxText(maxPlayers)}`,
            number: true,
          },
          { head: "Process", cell: ({ processId }) => <code>{processId}</code> },
          { head: "Open since", cell: ({ createdAt }) => agoText(createdAt) },
        ]}
      />
    </div>
  );
}

/** Colyseus has no bound where none was set, which JSON tells as null. */
export const maxText = (most: number | null): string =>
  most === null || !Number.isFinite(most) ? "any number" : String(most);
