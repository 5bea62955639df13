import { DrawingSurface, type MountPanel } from "roomkeep/client";
import type { SketchState } from "../state.ts";
import { isDrawer, leads, type Now } from "./facts.ts";
import { drawing } from "./markers.ts";
import { Seats } from "./seats.tsx";
import { Settings } from "./settings.tsx";
import { Table, Top } from "./table.tsx";
import { Talk } from "./talk.tsx";

/** In a plain browser: all that screen and pad show, side by side. */
export const showPage: MountPanel<SketchState> = (_root, context) => {
  context.show(() => <Page now={{ state: context.room.state, me: context.me(), context }} />);
  return undefined;
};

function Page({ now }: { now: Now }) {
  const { state } = now;
  if (state.phase === "lobby") return <Lobby now={now} />;
  return (
    <div class={`sk sk-page ${state.phase}`}>
      <Top now={now} />
      <div class="sk-table">
        <Middle now={now} />
        <aside class="sk-side">
          <Seats now={now} />
          <Talk now={now} />
          {state.phase === "scores" ? <Again now={now} /> : now.me && <GuessLine now={now} />}
        </aside>
      </div>
    </div>
  );
}

function Middle({ now }: { now: Now }) {
  const { state, me, context } = now;
  if (drawing.when?.(now)) return <DrawingSurface drawing={drawing} now={now} />;
  if (state.phase !== "choose" || !isDrawer(now)) return <Table now={now} />;
  return (
    <div class="sk-choices">
      <h2>Your turn: what will you draw?</h2>
      {[...(me?.choices ?? [])].map((choice) => (
        <button key={choice} type="button" onClick={() => context.send("choose", { choice })}>
          {choice}
        </button>
      ))}
    </div>
  );
}

function GuessLine({ now }: { now: Now }) {
  const label = isDrawer(now) || now.me?.found ? "To those who know it…" : "What is it?";
  return (
    <form
      class="sk-guess"
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem("guess");
        if (!(field instanceof HTMLInputElement)) return;
        if (field.value.trim()) now.context.send("chat", { text: field.value.trim() });
        field.value = "";
      }}
    >
      <input name="guess" aria-label="Your guess" placeholder={label} maxLength={60} autoComplete="off" />
      <button type="submit" class="go">
        Say
      </button>
    </form>
  );
}

function Again({ now }: { now: Now }) {
  if (!leads(now)) return null;
  return (
    <button type="button" class="go" onClick={() => now.context.send("rematch", {})}>
      Play again
    </button>
  );
}

function Lobby({ now }: { now: Now }) {
  const { state, me, context } = now;
  return (
    <div class="sk sk-lobby">
      <section class="sk-card">
        <h1>
          <mark>Sketch</mark>
        </h1>
        <p>One draws, the others guess. Friends come by the code:</p>
        <p class="sk-code">{context.share.code}</p>
        <div class="sk-qr">{context.share.qr()}</div>
      </section>
      <section class="sk-card">
        <h2>Who is in</h2>
        <Seats now={now} />
        <Settings now={now} />
        {me && (
          <button
            type="button"
            class={me.ready ? "" : "go"}
            onClick={() => context.send("ready", { ready: !me.ready })}
          >
            {me.ready ? "I am ready ✓" : "I am ready"}
          </button>
        )}
        {leads(now) && (
          <button type="button" class={me?.ready ? "go" : ""} onClick={() => context.send("start", {})}>
            Start
          </button>
        )}
        {state.seats.size < 3 && <p class="note">Bots fill up to three.</p>}
      </section>
    </div>
  );
}
