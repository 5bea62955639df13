import { effect, type Signal, signal } from "@preact/signals";
import type { DeliveryOutcome, ServerMessages } from "roomkeep/shared";
import { addLine, type HudStore } from "../hud-store.ts";
import type { GameRoom } from "../network/predict.ts";
import type { Session } from "../network/session.ts";
import type { Settings } from "../settings.ts";
import { type Channel, parseLine, type Recipient } from "./chat-commands.ts";
import type { PartyStore } from "./party.ts";

/** What is written in the chat, and to whom. */
export interface DirectMessageStore {
  /** Where a line goes that names nobody. */
  readonly channel: Signal<Channel>;
  /** Whom one has whispered with, the latest first. */
  readonly recipients: Signal<readonly Recipient[]>;
  /** Says a line: `/w Name text` whispers, `/r text` answers the last whisper, `/p text` is for the party. */
  say(text: string): void;
  /** From now on lines are for this one. */
  whisperTo(reader: Recipient): void;
}

/** Most people that the switch beside the chat offers. */
const RECIPIENTS_MAX = 4;
const OUTCOMES: Readonly<Record<DeliveryOutcome, string>> = {
  delivered: "delivered",
  offline: "not online",
  unknown: "may not have arrived",
};

/** Whispers and party chat through all rooms of a session; the lines stand in the chat with the others. */
export function openDirectMessages(
  session: Session,
  { hud: board, party, settings, playSound: heard }: DirectMessageOptions,
): DirectMessageStore {
  const channel = signal<Channel>("room");
  const readers = signal<readonly Recipient[]>([]);
  let last: Recipient | undefined;
  /** By what was sent to, how the answer names them. */
  const names = new Map<string, string>();

  const meet = (reader: Recipient) => {
    const others = readers.value.filter(({ name }) => name !== reader.name);
    readers.value = [reader, ...others].slice(0, RECIPIENTS_MAX);
  };
  const isMuted = (name: string) => settings.muted.value.includes(name);

  function hear(room: GameRoom): void {
    room.onMessage("whisper", ({ from, name, text }: ServerMessages["whisper"]) => {
      if (isMuted(name)) return;
      last = { to: from, name };
      meet(last);
      addLine(board, { from: "", name: `${name} → you`, text, channel: "whisper" });
      heard();
    });
    room.onMessage("whisper.sent", ({ to, text, outcome }: ServerMessages["whisper.sent"]) => {
      const name = `you → ${names.get(to) ?? to}`;
      addLine(board, { from: "", name, text, channel: "whisper", note: OUTCOMES[outcome] });
    });
    room.onMessage("party.say", ({ name, text }: ServerMessages["party.say"]) => {
      if (isMuted(name)) return;
      addLine(board, { from: "", name: `${name} · party`, text, channel: "party" });
      heard();
    });
    room.onMessage("party.said", ({ text, missed }: ServerMessages["party.said"]) => {
      const note = missed.length > 0 ? `${missed.join(", ")} missed it` : "delivered";
      addLine(board, { from: "", name: "you · party", text, channel: "party", note });
    });
  }
  effect(() => {
    const room = session.room.value;
    if (room) hear(room);
  });
  effect(() => {
    if (!party.view.value && channel.peek() === "party") channel.value = "room";
  });

  /** Whoever is in the room goes by the session, the others by their character. */
  function known(): Recipient[] {
    const view = party.view.value;
    const members = (view?.members ?? []).filter(({ id }) => id !== view?.you);
    return [
      ...party.roomPlayers().map(({ sessionId, name }) => ({ to: sessionId, name })),
      ...members.map(({ id, name }) => ({ to: id, name })),
      ...readers.value,
    ];
  }

  return {
    channel,
    recipients: readers,
    say(line) {
      const room = session.room.value;
      const asked = parseLine(line, channel.value, known(), last);
      if ("problem" in asked) board.notice.value = asked.problem;
      else if (asked.text === "") channel.value = asked.channel;
      else if (asked.channel === "room") room?.send("chat", { text: asked.text });
      else if (asked.channel === "party") room?.send("party.say", { text: asked.text });
      else {
        // Who went on to another room has no session here any more.
        const { name } = asked.channel;
        const { to } = known().find((one) => one.name === name) ?? asked.channel;
        names.set(to, name);
        meet({ to, name });
        room?.send("whisper", { to, text: asked.text });
      }
    },
    whisperTo(reader) {
      meet(reader);
      channel.value = reader;
    },
  };
}

/** What {@link openDirectMessages} works with. */
export interface DirectMessageOptions {
  readonly hud: HudStore;
  readonly party: PartyStore;
  readonly settings: Settings;
  /** Somebody else's line was heard. */
  playSound(): void;
}
