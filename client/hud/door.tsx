import { type Signal, signal } from "@preact/signals";
import { COLORS, NAME_MAX, playerName, SHAPES } from "roomkeep/shared";
import type { GameEntry, RoomEntry } from "../api.ts";
import { readCode } from "../farewell.ts";
import { suggestName } from "../names.ts";
import type { Page } from "./page-state.ts";

const OUTLINES: Record<(typeof SHAPES)[number], string> = {
  bean: "M12 3c5 0 7 4 7 10s-2 15-7 15-7-9-7-15 2-10 7-10z",
  cube: "M8 7h8a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V11a4 4 0 0 1 4-4z",
  cone: "M12 2c2 0 3 2 4 6l5 16c0 3-3 4-9 4s-9-1-9-4L8 8c1-4 2-6 4-6z",
  drop: "M12 1c1 6 9 10 9 18 0 6-4 9-9 9s-9-3-9-9C3 11 11 7 12 1z",
};

/** The first screen: who you are, and where to go. The character stands beside it in the world. */
export function Door({ page }: { page: Page }) {
  const { session, account, invited, title, quickGame } = page;
  const busy = session.phase.value === "joining";
  const name = playerName.safeParse(account.looks.value.name);
  const play = () => {
    if (busy || !name.success) return;
    void session.join(invited.value ? { code: invited.value } : { game: quickGame.value });
  };
  return (
    <main class="card door">
      <h1>
        {title} <b>·</b>
      </h1>
      <p>
        {invited.value ? `You are invited to room ${invited.value}.` : "Pick a look, walk in, meet people."}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          play();
        }}
      >
        <NameField page={page} />
        <Wardrobe page={page} />
        <button class="go" type="submit" disabled={busy || !name.success} style={{ marginTop: "1.1em" }}>
          {busy ? "Opening the gate…" : invited.value ? "Join your friends" : "Play"}
        </button>
      </form>
      <p class="problem" role="alert" hidden={!session.problem.value}>
        {session.problem.value}
      </p>
      <Places page={page} busy={busy} />
      <Recovery page={page} />
    </main>
  );
}

function NameField({ page: { account } }: { page: Page }) {
  const looks = account.looks;
  const problem = playerName.safeParse(looks.value.name).error?.issues[0]?.message;
  return (
    <label>
      <span class="label">Your name</span>
      <span class="row">
        <input
          name="name"
          autoComplete="nickname"
          value={looks.value.name}
          maxLength={NAME_MAX * 2}
          aria-invalid={Boolean(problem)}
          aria-describedby="name-problem"
          onInput={(event) => {
            looks.value = { ...looks.value, name: event.currentTarget.value };
          }}
        />
        <button
          type="button"
          title="Suggest another name"
          aria-label="Suggest another name"
          onClick={() => {
            looks.value = { ...looks.value, name: suggestName() };
          }}
        >
          ⟳
        </button>
      </span>
      <small id="name-problem" style={{ color: "#b03a1c" }}>
        {problem ? `The name ${problem}.` : ""}
      </small>
    </label>
  );
}

function Wardrobe({ page: { account } }: { page: Page }) {
  const looks = account.looks;
  return (
    <>
      <span class="label" id="color-label">
        Colour
      </span>
      <div class="swatches" role="radiogroup" aria-labelledby="color-label">
        {COLORS.map((color, index) => (
          // biome-ignore lint/a11y/useSemanticElements: a native radio cannot be drawn as a plain dot of colour
          <button
            key={color}
            type="button"
            role="radio"
            aria-checked={looks.value.color === index}
            aria-label={`Colour ${index + 1}`}
            style={{ background: color }}
            onClick={() => {
              looks.value = { ...looks.value, color: index };
            }}
          />
        ))}
      </div>
      <span class="label" id="shape-label">
        Shape
      </span>
      <div class="shapes" role="radiogroup" aria-labelledby="shape-label">
        {SHAPES.map((shape, index) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <button
            key={shape}
            type="button"
            role="radio"
            aria-checked={looks.value.shape === index}
            onClick={() => {
              looks.value = { ...looks.value, shape: index };
            }}
          >
            <svg viewBox="0 0 24 30" aria-hidden="true">
              <path d={OUTLINES[shape]} fill={COLORS[looks.value.color]} />
              <circle cx="9" cy="14" r="1.8" fill="#2b2238" />
              <circle cx="15" cy="14" r="1.8" fill="#2b2238" />
            </svg>
            {shape}
          </button>
        ))}
      </div>
    </>
  );
}

const code: Signal<string> = signal("");
const codeProblem: Signal<string> = signal("");

/** The open rooms with live counts, a code field, and new rooms. */
function Places({ page, busy }: { page: Page; busy: boolean }) {
  const { session, list } = page;
  const byCode = () => {
    const read = readCode(code.value);
    codeProblem.value = read ? "" : "A room code has four letters or digits, as in Q7KX.";
    if (read) void session.join({ code: read });
  };
  return (
    <details open={!page.narrow}>
      <summary class="label">Rooms, codes, new rooms</summary>
      <ul class="rooms">
        {list.value.rooms.map((room) => (
          <Row key={room.roomId} room={room} busy={busy} go={() => void session.join(room)} />
        ))}
      </ul>
      {list.value.rooms.length === 0 && <p>No room is open yet. Play opens the first.</p>}
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
function Recovery({ page }: { page: Page }) {
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
