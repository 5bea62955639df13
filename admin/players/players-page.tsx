import { useState } from "preact/hooks";
import { may } from "../api/session.ts";
import type { PlayerRow } from "../api/shapes.ts";
import { agoText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo, route, setQuery } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";

const WAYS = [
  ["any", "Name or id"],
  ["name", "Name"],
  ["character", "Character"],
  ["id", "Id"],
] as const;

type Way = (typeof WAYS)[number][0] | "address";

/** Finds players. */
export function PlayersPage() {
  const { query = "", by = "any" } = route.value.query;
  const [text, setText] = useState(query);
  const ways: (readonly [Way, string])[] = [
    ...WAYS,
    ...(may("players.search-address") ? [["address", "Address (audited)"] as const] : []),
  ];
  return (
    <>
      <h1>Players</h1>
      <search>
        <form
          class="filter"
          onSubmit={(event) => {
            event.preventDefault();
            setQuery({ query: text.trim() });
          }}
        >
          <p class="field">
            <label for="player-search">Search</label>
            <input
              id="player-search"
              type="search"
              value={text}
              maxLength={200}
              onInput={({ currentTarget: { value } }) => setText(value)}
            />
          </p>
          <p class="field narrow">
            <label for="player-by">By</label>
            <select
              id="player-by"
              value={by}
              onChange={({ currentTarget: { value } }) => setQuery({ by: value, query: text.trim() })}
            >
              {ways.map(([way, label]) => (
                <option key={way} value={way}>
                  {label}
                </option>
              ))}
            </select>
          </p>
          <button type="submit" class="strong">
            Search
          </button>
        </form>
      </search>
      {query === "" ? (
        <Empty>Type how a name begins, or a whole id.</Empty>
      ) : by === "address" ? (
        <ByAddress address={query} />
      ) : (
        <ByText query={query} by={by as Exclude<Way, "address">} />
      )}
    </>
  );
}

function ByText({ query, by }: { query: string; by: Exclude<Way, "address"> }) {
  const asked = useAsk("players.search", { query, by, limit: 50 });
  return <Loaded asked={asked}>{({ players }) => <Found players={players} />}</Loaded>;
}

function ByAddress({ address }: { address: string }) {
  const asked = useAsk("players.search-address", { address, limit: 50 });
  return <Loaded asked={asked}>{({ players }) => <Found players={players} />}</Loaded>;
}

function Found({ players }: { players: readonly PlayerRow[] }) {
  if (players.length === 0) return <Empty>Nobody is found.</Empty>;
  return (
    <div class="sheet">
      <Table
        label="Players"
        rows={players}
        keyOf={({ id }) => id}
        columns={[
          {
            head: "Name",
            cell: (player) => (
              <span>
                <a href={linkTo(["players", player.id])}>{player.name ?? "guest"}</a> <Marks of={player} />
              </span>
            ),
          },
          { head: "Characters", cell: ({ characters }) => <CharacterNames of={characters} /> },
          { head: "Role", cell: ({ role }) => role },
          { head: "Last seen", cell: ({ lastSeenAt }) => agoText(lastSeenAt) },
          { head: "Since", cell: ({ createdAt }) => agoText(createdAt) },
        ]}
      />
    </div>
  );
}

function CharacterNames({ of }: { of: PlayerRow["characters"] }) {
  if (of.length === 0) return <>none</>;
  return (
    <span>
      {of.map(({ id, name, room }, index) => (
        <span key={id}>
          {index > 0 && ", "}
          {name}
          {room && (
            <>
              {" "}
              in <a href={linkTo(["rooms", room])}>{room}</a>
            </>
          )}
        </span>
      ))}
    </span>
  );
}

/** What holds of an account. */
export function Marks({ of }: { of: Pick<PlayerRow, "kind" | "muted" | "banned" | "deleteAt"> }) {
  const { kind, muted, banned, deleteAt } = of;
  return (
    <>
      {kind === "guest" && <span class="badge">guest</span>}
      {banned && <span class="badge bad">banned</span>}
      {muted && <span class="badge warn">muted</span>}
      {deleteAt !== null && <span class="badge warn">deleted {agoText(deleteAt)}</span>}
    </>
  );
}
