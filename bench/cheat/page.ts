import { getMessageBytes, Protocol, ProtocolModifier } from "@colyseus/core";
import { encode } from "@colyseus/schema";
import { BUTTON, type TradeView } from "roomkeep/shared";
import type { Random } from "../../shared/random.ts";
import { COOL_DOWN_TICKS, DASH_M, type RangeRoom } from "./range-room.ts";

/** A connection: later and uneven, but in order, as TCP has it. */
export interface NetworkModel {
  readonly delayMs: number;
  /** Each frame is late by up to so much more. */
  readonly jitterMs: number;
  /** Share of the packets that are lost; each is sent again, and what follows waits for it. */
  readonly loss: number;
}

/** Waits before a lost packet is sent again: at once after three later ones, then by a timer that doubles. */
const FAST_RETRANSMIT_MS = 200;
const TIMEOUT_MS = 400;
/** Input frames that a page sends when it wakes up: Colyseus's client drops the others. */
const WAKE_FRAMES = 5;
/** Bytes of an input frame: code, difference of the time, three fields. */
const INPUT_BYTES = 16;
const INTERPOLATION_MS = 100;

/** A page, played by chance as a person plays: walks, shoots, dashes, chats, gives, sleeps. */
export class Page {
  readonly id: string;
  readonly room: RangeRoom;
  readonly random: Random;
  /** Times its own clock runs faster than the room's. */
  rate: number;
  /** Its idea of the room's time is ahead by this, ms. */
  aheadMs: number;
  /** Nothing leaves the machine before this time, ms. */
  holdUntilMs = 0;
  readonly counts = { inputs: 0, messages: 0, sleeps: 0 };
  readonly #network: NetworkModel;
  readonly #receive: (frame: Uint8Array) => void;
  readonly #frames: Uint8Array[] = [];
  readonly #arrivals: number[] = [];
  #head = 0;
  #lastArrivalMs = 0;
  #nextInputMs: number;
  #stamp = 0;
  #wakeMs = 0;
  #sleptMs = 0;
  #moveX = 0;
  #moveZ = 0;
  #buttons = 0;
  #turnMs = 0;
  #trigger = { untilMs: 0, frames: 0 };
  #nextDashMs = 0;
  #nextChatMs: number;
  #nextSleepMs: number;
  /** Who is given coins, and with whom the page trades; empty: nobody. */
  #givesTo = "";
  #tradesWith = "";

  constructor(room: RangeRoom, id: string, random: Random, network: NetworkModel) {
    this.id = id;
    this.room = room;
    this.random = random;
    this.#network = network;
    // A cheap quartz is off by so much.
    this.rate = 1 + (random() - 0.5) * 0.0004;
    this.aheadMs = (random() - 0.4) * network.jitterMs;
    this.#nextInputMs = room.nowMs + random() * 50;
    this.#nextChatMs = room.nowMs + random() * 20_000;
    this.#nextSleepMs = room.nowMs + random() * 600_000;
    this.#receive = room.enter(id, (type, message) => this.#hear(type, message));
  }

  /** Plays until now, and hands the room what has arrived. */
  play(): void {
    const { nowMs } = this.room;
    if (nowMs >= this.#nextSleepMs) this.#sleep(nowMs);
    if (nowMs >= this.#wakeMs) {
      if (this.#sleptMs > 0) this.#wake(nowMs);
      this.#chat(nowMs);
      const stepMs = 1000 / this.room.tickHz / this.rate;
      for (; this.#nextInputMs <= nowMs; this.#nextInputMs += stepMs) this.#step(nowMs);
    }
    this.#deliver(nowMs);
  }

  send(type: string, message: unknown): void {
    this.counts.messages += 1;
    this.#post(getMessageBytes.raw(Protocol.ROOM_DATA, type, message));
  }

  /** Who cheats does not leave the tab. */
  stayAwake(): void {
    this.#wakeMs = 0;
    this.#nextSleepMs = Number.POSITIVE_INFINITY;
  }

  /** Gives coins to a player nearby, for nothing. */
  give(to: string): void {
    this.#givesTo = to;
    this.send("trade.ask", { to });
  }

  #sleep(nowMs: number): void {
    this.counts.sleeps += 1;
    this.#sleptMs = 5_000 + this.random() * 55_000;
    this.#wakeMs = nowMs + this.#sleptMs;
    this.#nextSleepMs = this.#wakeMs + this.random() * 1_200_000;
  }

  #wake(nowMs: number): void {
    this.#sleptMs = 0;
    this.#nextInputMs = nowMs + 50;
    for (let i = 0; i < WAKE_FRAMES; i++) this.#input(nowMs);
  }

  /** One step of the page. */
  #step(nowMs: number): void {
    const { random } = this;
    if (nowMs >= this.#turnMs) {
      this.#turnMs = nowMs + 300 + random() * 3_000;
      const isWalking = random() < 0.8;
      const angle = random() * 2 * Math.PI;
      this.#moveX = isWalking ? Math.round(127 * Math.sin(angle)) : 0;
      this.#moveZ = isWalking ? Math.round(127 * Math.cos(angle)) : 0;
      this.#buttons = (random() < 0.6 ? BUTTON.run : 0) | (random() < 0.15 ? BUTTON.jump : 0);
      this.#pressSomething(nowMs);
    }
    // The trigger is held: the page shoots as often as the game allows, by its own count.
    if (nowMs < this.#trigger.untilMs && this.#trigger.frames++ % COOL_DOWN_TICKS === 0)
      this.send("shoot", {});
    this.#input(nowMs);
  }

  #pressSomething(nowMs: number): void {
    const { random, room } = this;
    const dice = random();
    if (dice < 0.25) this.#trigger = { untilMs: nowMs + random() * 6_000, frames: 0 };
    // An impatient person clicks on something that another one was faster with.
    else if (dice < 0.28)
      for (let i = 0; i < 6; i++) this.send("item.take", { request: `${nowMs}:${i}`, actor: "gone" });
    else if (dice < 0.4 && nowMs >= this.#nextDashMs) {
      this.#nextDashMs = nowMs + 3_000;
      const angle = random() * 2 * Math.PI;
      this.send("dash", { x: Math.sin(angle) * DASH_M, z: Math.cos(angle) * DASH_M });
    } else if (dice < 0.403) {
      const near = [...room.players.values()].filter((other) => this.#isNear(other));
      const friend = near[Math.floor(random() * near.length)];
      if (friend) this.give(friend.sessionId);
    }
  }

  #isNear({ sessionId, avatar }: { sessionId: string; avatar: { x: number; z: number } }): boolean {
    const own = this.room.players.get(this.id)?.avatar;
    return own !== undefined && sessionId !== this.id && Math.hypot(own.x - avatar.x, own.z - avatar.z) < 4;
  }

  #chat(nowMs: number): void {
    if (nowMs < this.#nextChatMs) return;
    const isExcited = this.random() < 0.2;
    this.#nextChatMs = nowMs + (isExcited ? 700 : 4_000 + this.random() * 30_000);
    this.send("chat", { text: "Well shot!" });
  }

  #input(nowMs: number): void {
    this.counts.inputs += 1;
    const bytes = new Uint8Array(INPUT_BYTES);
    bytes[0] = Protocol.ROOM_INPUT_RELIABLE | ProtocolModifier.TIMED;
    const it = { offset: 1 };
    const stamp = Math.max(0, Math.round(nowMs + this.aheadMs - INTERPOLATION_MS));
    encode.number(bytes, stamp - this.#stamp, it);
    this.#stamp = stamp;
    for (const [index, value] of [this.#moveX, this.#moveZ, this.#buttons].entries()) {
      bytes[it.offset++] = 128 + index;
      bytes[it.offset++] = value;
    }
    this.#post(bytes.subarray(0, it.offset));
  }

  #post(frame: Uint8Array): void {
    const { delayMs, jitterMs, loss } = this.#network;
    let arrivalMs = Math.max(this.room.nowMs, this.holdUntilMs) + delayMs + this.random() * jitterMs;
    for (let waitMs = FAST_RETRANSMIT_MS; this.random() < loss; waitMs = Math.max(TIMEOUT_MS, 2 * waitMs))
      arrivalMs += waitMs;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, arrivalMs);
    this.#frames.push(frame);
    this.#arrivals.push(this.#lastArrivalMs);
  }

  #deliver(nowMs: number): void {
    while (this.#head < this.#frames.length && (this.#arrivals[this.#head] ?? 0) <= nowMs)
      this.#receive(this.#frames[this.#head++] as Uint8Array);
    if (this.#head < 64) return;
    this.#frames.splice(0, this.#head);
    this.#arrivals.splice(0, this.#head);
    this.#head = 0;
  }

  #hear(type: string, message: unknown): void {
    if (type === "trade.asked")
      this.send("trade.answer", { from: (message as { from: string }).from, yes: true });
    if (type === "trade.ended" && this.#tradesWith === this.#givesTo) this.#givesTo = "";
    if (type !== "trade") return;
    const { id: trade, version, mine, theirs, booking, with: other } = message as TradeView;
    this.#tradesWith = other.session;
    if (booking || mine.agreed) return;
    if (mine.coins + theirs.coins > 0) this.send("trade.agree", { trade, version });
    else if (this.#givesTo === other.session) this.send("trade.offer", { trade, items: [], coins: 1 });
  }
}
