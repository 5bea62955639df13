import type { ComponentChildren } from "preact";
import { can } from "../api/session.ts";
import type { RoomShown } from "../api/shapes.ts";
import { bytesText, numberText, spanText } from "../kit/format.ts";
import { Loaded } from "../kit/loaded.tsx";
import { linkTo, route } from "../kit/route.ts";
import { Facts } from "../kit/table.tsx";
import { Tabs, tabOf } from "../kit/tabs.tsx";
import { type Asked, useAsk } from "../kit/use-ask.ts";
import { RoomScrub } from "../scrub/room-scrub.tsx";
import { LivePicture } from "./live-picture.tsx";
import { People } from "./people.tsx";
import { RoomActs } from "./room-acts.tsx";
import { maxText } from "./rooms-page.tsx";
import { StateTree } from "./state-tree.tsx";
import { TicksTab } from "./ticks-tab.tsx";

const EVERY_MS = 3_000;

/** One room. */
export function RoomPage({ roomId }: { roomId: string }) {
  const asked: Asked<RoomShown> = useAsk("rooms.show", { roomId }, EVERY_MS) as unknown as Asked<RoomShown>;
  return (
    <>
      <p>
        <a href={linkTo(["rooms"])}>Rooms</a>
      </p>
      <Loaded asked={asked}>{(room) => <Shown room={room} again={asked.again} />}</Loaded>
    </>
  );
}

function Shown({ room, again }: { room: RoomShown; again: () => void }) {
  const { roomId, world } = room;
  const tabs: (readonly [string, string, () => ComponentChildren])[] = [
    ["players", "Players", () => <People roomId={roomId} />],
    ...(world ? [["picture", "Picture", () => <LivePicture roomId={roomId} />] as const] : []),
    ...(world && can("recordings")
      ? [["scrub", "Scrub back", () => <RoomScrub roomId={roomId} />] as const]
      : []),
    ["state", "State", () => <StateTree roomId={roomId} />],
    ["ticks", "Ticks and traffic", () => <TicksTab roomId={roomId} />],
  ];
  const named = tabs.map(([id, text]) => [id, text] as const);
  const shown = tabOf(route.value, named);
  return (
    <>
      <div class="head">
        <h1>
          {room.label || room.game} <code>{roomId}</code>
        </h1>
        <RoomActs room={room} done={again} />
      </div>
      <section class="sheet">
        <Facts
          of={[
            ["Game", room.game],
            ["Players", `${room.players} of ${maxText(room.maxClients)}`],
            ["Viewers", numberText(room.viewers)],
            ["Open for", spanText(Date.now() - room.openedMs)],
            ["Faults", room.faults === 0 ? "none" : <span class="badge bad">{room.faults}</span>],
            [
              "State",
              <>
                {room.locked ? <span class="badge warn">locked</span> : "open"}
                {room.hidden && <span class="badge">hidden</span>}
              </>,
            ],
            ...worldFacts(world),
          ]}
        />
      </section>
      <Tabs route={route.value} tabs={named} label="Parts of the room" />
      <section class="sheet" key={shown}>
        {tabs.find(([id]) => id === shown)?.[2]()}
      </section>
    </>
  );
}

function worldFacts(world: RoomShown["world"]): (readonly [string, ComponentChildren])[] {
  if (!world) return [];
  const { replay, zone, tick, tickHz, actors } = world;
  const kept = replay.problem ?? `${Math.round(replay.seconds)} s in ${bytesText(replay.bytes)}`;
  return [
    ["Zone", zone ?? "none"],
    ["Tick", `${numberText(tick)} at ${tickHz} Hz`],
    ["Actors", numberText(actors)],
    ["Kept to scrub", kept],
  ];
}
