import type { ServerMessages } from "../../shared/index.ts";
import type { TravelMessage } from "../../shared/internal.ts";
import { addLine, type HudStore } from "../hud-store.ts";
import type { Sounds } from "../scene/sounds.ts";
import type { Settings } from "../settings.ts";
import { pings } from "../social/chat-sound.ts";
import type { AnyRoom } from "./joined-room.ts";
import { nameIn, playersOf } from "./room-players.ts";

/** Room and stores of {@link followNotices}. */
export interface RoomNotices {
  room: AnyRoom;
  hud: HudStore;
  settings: Settings;
  sounds: Sounds;
}

/** Chat, refusals and notices of a room, and the count of its players. @returns stops */
export function followNotices(
  { room, hud, settings, sounds }: RoomNotices,
  say: (sessionId: string, text: string) => void = () => {},
): () => void {
  // Whispers and party lines stay in the chat when the room changes.
  if (hud.roomId !== room.roomId) hud.lines.value = hud.lines.value.filter(({ channel }) => channel);
  hud.roomId = room.roomId;
  const notice = (text: string) => {
    hud.notice.value = text;
  };
  const stops = [
    room.onMessage("chat", (line: ServerMessages["chat"]) => {
      if (settings.muted.value.some(({ id }) => id === line.character)) return;
      addLine(hud, line);
      if (line.from) say(line.from, line.text);
      const isOwn = line.from === room.sessionId;
      if (!isOwn && pings(settings, line.text, nameIn(room, room.sessionId))) sounds.chat();
    }),
    room.onMessage("refused", ({ type, reason }: ServerMessages["refused"]) => {
      // The console shows its own refusals.
      if (type !== "command" && type !== "complete") notice(reason);
    }),
    room.onMessage("travel", (message: TravelMessage) => {
      if (message.phase === "stayed") notice(message.reason);
    }),
    room.onMessage("party.behind", ({ members }: ServerMessages["party.behind"]) =>
      notice(members.map(({ name, reason }) => `${name}: ${reason}`).join(" ")),
    ),
    room.onMessage("notice", ({ code, text }: ServerMessages["notice"]) => {
      notice(text);
      // It was for everybody, and whoever looked away reads it in the chat.
      if (code === "ANNOUNCEMENT")
        addLine(hud, { from: "", name: "To everybody", text, channel: "announcement" });
    }),
    room.onMessage("sanction", (sanction: ServerMessages["sanction"]) => {
      if (!sanction.over) hud.sanction.value = sanction;
      else notice("You are no longer muted.");
      if (sanction.over && hud.sanction.value?.id === sanction.id) hud.sanction.value = undefined;
    }),
    room.onMessage("report.sent", () => notice("Your report was sent to the moderators. Thank you.")),
    countPlayers(room, hud),
    hud.feed.clear,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Counts the players of the room once a second. @returns stops */
function countPlayers(room: AnyRoom, hud: HudStore): () => void {
  const timer = setInterval(() => {
    hud.players.value = playersOf(room).length;
  }, 1000);
  return () => clearInterval(timer);
}
