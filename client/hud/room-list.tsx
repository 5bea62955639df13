import { signal } from "@preact/signals";
import type { PlayTarget } from "../account/play-target.ts";
import type { RoomListStore } from "../account/room-list.ts";
import type { GameEntry, RoomEntry } from "../network/api.ts";
import { readRoomCode } from "../network/room-code.ts";
import type { Session } from "../network/session.ts";

const code = signal("");
const codeProblem = signal("");

interface RoomListProps {
  session: Session;
  roomList: RoomListStore;
  playTarget: PlayTarget;
  unfolded: boolean;
  disabled: boolean;
}

/** The open rooms with their players, a field for a room code, and a button for a new room of each game. */
export function RoomList({ session, roomList, playTarget, unfolded, disabled }: RoomListProps) {
  const rooms = roomList.rooms.value;
  const watched = new Map(roomList.games.value.map(({ game, spectators }) => [game, spectators?.max ?? 0]));
  const mayBeWatched = ({ game, watching = 0 }: RoomEntry) => watching < (watched.get(game) ?? 0);
  return (
    <details open={unfolded}>
      <summary class="label">Rooms, codes, new rooms</summary>
      <ul class="rooms">
        {rooms.map((room) => (
          <Row
            key={room.roomId}
            room={room}
            disabled={disabled}
            join={() => void session.join(room)}
            watch={mayBeWatched(room) ? () => void session.join({ ...room, as: "spectator" }) : undefined}
          />
        ))}
      </ul>
      {rooms.length === 0 && <p>No room is open yet. Play opens the first one.</p>}
      <CodeForm join={(read) => void session.join({ code: read })} disabled={disabled} />
      <div class="row" style={{ flexWrap: "wrap", marginTop: "8px" }}>
        {roomList.games.value.map((game) => (
          <NewRoom
            key={game.game}
            game={game}
            disabled={disabled}
            create={() => void session.join({ create: game.game, match: playTarget.matchOf(game.game) })}
          />
        ))}
      </div>
    </details>
  );
}

function CodeForm({ join, disabled }: { join(code: string): void; disabled: boolean }) {
  const submit = () => {
    const read = readRoomCode(code.value);
    codeProblem.value = read ? "" : "A room code has four or more letters and digits, for example Q7KX.";
    if (read) join(read);
  };
  return (
    <>
      <form
        class="row"
        style={{ marginTop: "8px" }}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
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
        <button type="submit" disabled={disabled}>
          Join
        </button>
      </form>
      <small role="alert" style={{ color: "#b03a1c" }}>
        {codeProblem.value}
      </small>
    </>
  );
}

interface RowProps {
  room: RoomEntry;
  disabled: boolean;
  join(): void;
  /** Undefined: the room takes no spectator. */
  watch: (() => void) | undefined;
}

function Row({ room, disabled, join, watch }: RowProps) {
  const full = room.players >= room.maxPlayers || !room.open;
  return (
    <li class="row">
      <button type="button" class="grow" disabled={disabled || full} onClick={join}>
        <span class="dot" style={{ opacity: full ? 0.3 : 1 }} />
        <span class="grow">
          {room.label} <small>{room.code}</small>
        </span>
        <span class="count">
          {full ? "full" : ""} {room.players}/{room.maxPlayers}
        </span>
      </button>
      {watch && (
        <button
          type="button"
          class="look"
          aria-label={`Watch ${room.code}`}
          disabled={disabled}
          onClick={watch}
        >
          Watch
        </button>
      )}
    </li>
  );
}

function NewRoom({ game, disabled, create }: { game: GameEntry; disabled: boolean; create(): void }) {
  return (
    <button type="button" disabled={disabled} title={game.description} onClick={create}>
      + New {game.label.toLowerCase()}
    </button>
  );
}
