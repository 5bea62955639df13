import { type Signal, signal } from "@preact/signals";
import type { GameEntry, RoomEntry } from "../network/api.ts";
import { readCode } from "../network/disconnect-notice.ts";
import type { Page } from "../page-state.ts";

const code: Signal<string> = signal("");
const codeProblem: Signal<string> = signal("");

/** The open rooms with live counts, a code field, and new rooms. */
export function RoomList({ page, busy }: { page: Page; busy: boolean }) {
  const { session, rooms } = page;
  const byCode = () => {
    const read = readCode(code.value);
    codeProblem.value = read ? "" : "A room code has four letters or digits, as in Q7KX.";
    if (read) void session.join({ code: read });
  };
  return (
    <details open={!page.narrow.value}>
      <summary class="label">Rooms, codes, new rooms</summary>
      <ul class="rooms">
        {rooms.value.map((room) => (
          <Row key={room.roomId} room={room} busy={busy} go={() => void session.join(room)} />
        ))}
      </ul>
      {rooms.value.length === 0 && <p>No room is open yet. Play opens the first.</p>}
      <form
        class="row"
        style={{ marginTop: "8px" }}
        onSubmit={(event) => {
          event.preventDefault();
          byCode();
        }}
      >
        <input
          class="grow"
          name="code"
          placeholder="Room code"
          aria-label="Room code"
          autoComplete="off"
          autoCapitalize="characters"
          value={code.value}
          onInput={(event) => {
            code.value = event.currentTarget.value;
          }}
        />
        <button type="submit" disabled={busy}>
          Join
        </button>
      </form>
      <small role="alert" style={{ color: "#b03a1c" }}>
        {codeProblem.value}
      </small>
      <div class="row" style={{ flexWrap: "wrap", marginTop: "8px" }}>
        {page.games.value.map((game) => (
          <NewRoom
            key={game.game}
            game={game}
            busy={busy}
            create={() => void session.join({ create: game.game })}
          />
        ))}
      </div>
    </details>
  );
}

function Row({ room, busy, go }: { room: RoomEntry; busy: boolean; go: () => void }) {
  const full = room.players >= room.maxPlayers || !room.open;
  return (
    <li>
      <button type="button" disabled={busy || full} onClick={go}>
        <span class="dot" style={{ opacity: full ? 0.3 : 1 }} />
        <span class="grow">
          {room.label} <small>{room.code}</small>
        </span>
        <span class="count">
          {full ? "full" : ""} {room.players}/{room.maxPlayers}
        </span>
      </button>
    </li>
  );
}

function NewRoom({ game, busy, create }: { game: GameEntry; busy: boolean; create: () => void }) {
  return (
    <button type="button" disabled={busy} title={game.description} onClick={create}>
      + New {game.label.toLowerCase()}
    </button>
  );
}

const recovery: Signal<string> = signal("");

/** Brings a character from another browser. */
export function RecoveryForm({ page }: { page: Page }) {
  return (
    <details>
      <summary class="label">Bring your character from another device</summary>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void page.recover(recovery.value);
        }}
      >
        <input
          class="grow"
          placeholder="Recovery code"
          aria-label="Recovery code"
          autoComplete="off"
          value={recovery.value}
          onInput={(event) => {
            recovery.value = event.currentTarget.value;
          }}
        />
        <button type="submit">Bring</button>
      </form>
    </details>
  );
}
