import type { MountPanel } from "roomkeep/client";
import type { SketchState } from "../state.ts";
import type { Now } from "./facts.ts";
import { Seats } from "./seats.tsx";
import { Table, Top } from "./table.tsx";
import { Talk } from "./talk.tsx";

/** On a TV: the way in while people gather, then the picture, large, and who has what. */
export const showScreen: MountPanel<SketchState> = (_root, context) => {
  const follow = () => context.invite(context.room.state.phase === "lobby" ? "large" : "bar");
  follow();
  context.onChange(follow);
  context.show(() => <Screen now={{ state: context.room.state, me: undefined, context }} />);
  return undefined;
};

function Screen({ now }: { now: Now }) {
  if (now.state.phase === "lobby") return null;
  return (
    <div class={`sk sk-screen ${now.state.phase}`}>
      <Top now={now} />
      <div class="sk-table">
        <Table now={now} />
        {now.state.phase !== "scores" && (
          <aside class="sk-side">
            <Seats now={now} />
            <Talk now={now} most={7} />
          </aside>
        )}
      </div>
    </div>
  );
}
