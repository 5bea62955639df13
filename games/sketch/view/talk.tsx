import { useEffect, useState } from "preact/hooks";
import type { ServerMessages } from "roomkeep/shared";
import type { Now } from "./facts.ts";

interface Line {
  readonly key: number;
  readonly name: string;
  readonly text: string;
  readonly isFound?: boolean;
}

/** Lines that are kept. */
const LINES = 12;

/** The guesses of this picture, and who has found the word. */
export function Talk({ now, most = LINES }: { now: Now; most?: number }) {
  const { room } = now.context;
  const lines = useLines(room);
  return (
    <ul class="sk-talk" aria-live="polite" data-testid="talk">
      {lines.slice(-most).map(({ key, name, text, isFound }) => (
        <li key={key} class={isFound ? "found" : ""}>
          <b>{name}</b> {text}
        </li>
      ))}
    </ul>
  );
}

function useLines(room: Now["context"]["room"]): readonly Line[] {
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    let key = 0;
    let phase = room.state.phase;
    const found = new Set<string>();
    const add = (line: Omit<Line, "key">) => {
      key++;
      const next = { ...line, key };
      setLines((before) => [...before, next].slice(-LINES));
    };
    const stop = room.onMessage("chat", ({ name, text }: ServerMessages["chat"]) => add({ name, text }));
    const follow = () => {
      const isNew = phase !== room.state.phase && room.state.phase === "choose";
      phase = room.state.phase;
      if (isNew) {
        setLines([]);
        found.clear();
      }
      room.state.seats.forEach((seat, id) => {
        if (!seat.found || found.has(id)) return;
        found.add(id);
        add({ name: seat.name, text: "has it!", isFound: true });
      });
    };
    follow();
    room.onStateChange(follow);
    return () => {
      stop();
      room.onStateChange.remove(follow);
    };
  }, [room]);
  return lines;
}
