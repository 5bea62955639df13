import { definePad } from "roomkeep/client";
import type { SketchMessages, SketchState } from "../state.ts";
import { drawerOf, isDrawer, leads, type Now, ordinal, placeOf } from "./facts.ts";
import { drawing } from "./markers.ts";
import { Paper } from "./paper.tsx";
import { Scores } from "./scores.tsx";
import { mayGuess, Seats } from "./seats.tsx";
import { Settings } from "./settings.tsx";
import { Talk } from "./talk.tsx";
import { Clock, WordLine } from "./word-line.tsx";

/** On a phone: markers for whoever draws, a line to guess for the others. */
export const sketchPad = definePad<SketchState, SketchMessages>({
  title: (now) => titleOf(now),
  hint: (now) => hintOf(now),
  show: (now) => <Shown now={now} />,
  drawing,
  choices: {
    when: (now) => now.state.phase === "choose" && isDrawer(now),
    of: ({ me }) => [...(me?.choices ?? [])].map((word) => ({ value: word, label: word })),
    send: "choose",
  },
  text: {
    label: "What is it?",
    button: "Guess",
    when: (now) => now.state.phase === "draw" && mayGuess(now),
    send: "chat",
  },
  buttons: [
    {
      label: ({ me }) => (me?.ready ? "I am ready ✓" : "I am ready"),
      when: ({ state }) => state.phase === "lobby",
      go: ({ me }) => !me?.ready,
      send: "ready",
      payload: ({ me }) => ({ ready: !me?.ready }),
    },
    {
      label: "Start",
      when: (now) => now.state.phase === "lobby" && leads(now),
      go: ({ me }) => me?.ready ?? false,
      send: "start",
    },
    {
      label: "Play again",
      when: (now) => now.state.phase === "scores" && leads(now),
      go: true,
      send: "rematch",
    },
  ],
  buzz: ({ state, context }) => state.turn === context.room.sessionId,
});

function titleOf(now: Now): string {
  const { state, me } = now;
  const name = drawerOf(state)?.name ?? "Nobody";
  if (state.phase === "lobby") return "Sketch";
  if (state.phase === "choose") return isDrawer(now) ? "Your turn! Choose" : `${name} chooses…`;
  if (state.phase === "scores") return me ? `You are ${ordinal(placeOf(state, me))}!` : "The end";
  if (state.phase === "reveal") return `It was “${state.answer}”`;
  if (isDrawer(now)) return "";
  return me?.found ? "You have it!" : `What does ${name} draw?`;
}

function hintOf({ state, me, context }: Now): string {
  if (state.phase === "lobby")
    return state.leader === context.room.sessionId ? "You lead: set it up, and start." : "";
  if (state.phase === "scores") {
    const leader = state.seats.get(state.leader)?.name ?? "The leader";
    return leads({ state, me, context }) ? "" : `${leader} may start another one.`;
  }
  if (state.phase === "reveal") return me && me.gained > 0 ? `+${me.gained} for you` : "No points this time";
  return "";
}

/** What stands between title and controls. */
function Shown({ now }: { now: Now }) {
  const { state } = now;
  if (state.phase === "lobby")
    return (
      <>
        <Seats now={now} />
        <Settings now={now} />
      </>
    );
  if (state.phase === "scores") return <Scores now={now} />;
  if (state.phase === "choose") return isDrawer(now) ? <Clock now={now} /> : <Seats now={now} />;
  if (state.phase === "reveal")
    return (
      <>
        <Paper state={state} />
        <Seats now={now} />
      </>
    );
  return (
    <>
      <div class="sk-line">
        <Clock now={now} />
        <WordLine now={now} />
      </div>
      {!isDrawer(now) && <Paper state={state} />}
      {!isDrawer(now) && <Talk now={now} most={3} />}
    </>
  );
}
