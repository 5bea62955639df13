import { type Client, ClientState, type InputAPI } from "@colyseus/core";
import { type CheatSuspected, type Player, WorldRoom } from "roomkeep/rooms";
import { Carrier, Drop, refuse, WalkInput, WorldState } from "roomkeep/shared";
import { z } from "zod";
import { refusingPlugins } from "../../rooms/plugins.ts";
import type { Offer, Ports } from "../../rooms/ports/ports.ts";
import { refusingPorts, silence } from "../../rooms/ports/refusing-ports.ts";
import { StableSerializer } from "../../rooms/replication/stable-serializer.ts";
import { RoomTick } from "../../rooms/simulation/room-tick.ts";
import type { RoomWorld } from "../../rooms/simulation/room-world.ts";
import { openTickClock } from "../../rooms/simulation/tick-clock.ts";
import { installClientFastPath } from "../../rooms/transport/fast-path/client-fast-path.ts";
import type { AnyClient } from "../../rooms/transport/internals.ts";

/** Ticks between two shots. */
export const COOL_DOWN_TICKS = 10;
/** Longest dash that a message may claim, metres; the room takes the page's word for it. */
export const DASH_M = 2;
/** Where something lies that nobody near the spawn reaches. */
export const FAR_DROP = { id: "far", x: 45, z: 45 } as const;

/** A flag of the range, and when it was raised. */
export interface RangeFlag extends CheatSuspected {
  readonly id: string;
  /** Simulated time, ms. */
  readonly atMs: number;
}

/** The parts of Colyseus that give a client its inputs; a join by the network calls them. */
interface InputController {
  allocate(client: AnyClient): void;
  register(sessionId: string, client: AnyClient): void;
}

/**
 * A shooting range that trusts its pages too much: it takes their word for a dash. Its tick, its messages and
 * its inputs are those of a live room; instead of sockets and a timer it has a bench.
 */
export class RangeRoom extends WorldRoom<WorldState, Carrier> {
  override state = new WorldState();
  override seed = 1;
  override rewindMs = 200;
  override cheatDetection = { maxMps: 8 };
  override rateLimits = { shoot: { perSecond: 60, burst: 120 }, dash: { perSecond: 60, burst: 120 } };
  readonly flags: RangeFlag[] = [];
  /** Simulated time, ms. */
  nowMs = 0;
  #readyAt = new Map<string, number>();
  #world: RoomWorld<WorldState, Carrier> | undefined;
  #tick: RoomTick<WorldState, Carrier> | undefined;

  protected override createAvatar(): Carrier {
    return new Carrier();
  }

  protected override onOpen(): void {
    this.useItems({});
    this.world.spawn(new Drop({ kind: "drop", template: "herb", x: FAR_DROP.x, z: FAR_DROP.z }), FAR_DROP.id);
    this.on("shoot", z.strictObject({}), (player) => this.#shoot(player));
    const metres = z.number().min(-100).max(100);
    this.on("dash", z.strictObject({ x: metres, z: metres }), ({ avatar }, by) => {
      avatar.x = Math.fround(avatar.x + by.x);
      avatar.z = Math.fround(avatar.z + by.z);
    });
  }

  protected override onCheatSuspected({ sessionId: id }: Player<Carrier>, suspected: CheatSuspected): void {
    this.flags.push({ id, atMs: this.nowMs, ...suspected });
  }

  #shoot(player: Player<Carrier>) {
    const { tick } = this.simulation;
    if (tick < (this.#readyAt.get(player.sessionId) ?? 0)) {
      this.suspectBeyond(player, "fire-rate", { perSecond: this.tickHz / COOL_DOWN_TICKS, burst: 6 });
      return refuse("ACTION_REFUSED", "Not yet.");
    }
    this.#readyAt.set(player.sessionId, tick + COOL_DOWN_TICKS);
    return undefined;
  }

  /** Opens the room as a live one opens, but for its sockets, its timer and its database. */
  async open(): Promise<void> {
    this.roomName = "range";
    Object.assign(this.clock, { now: () => this.nowMs });
    this.clock.start();
    const ports: Ports = {
      ...refusingPorts,
      items: rangeItems(),
      cheats: { settings: { threshold: 10, action: "note" }, raise() {} },
    };
    const around = { ports, plugins: refusingPlugins, log: silence, network: this };
    installClientFastPath(this, this.strikes);
    this.inputs = this.defineInput(WalkInput, {
      bufferMaxSize: this.tickHz,
      sanitize: { moveX: [-127, 127], moveZ: [-127, 127] },
    });
    this.allowRewindState({ maxRewindMs: this.rewindMs }).attachAll(this.state.actors, {
      fields: ["x", "y", "z"],
    });
    const world = await this.openRoomWorld(around, { answers: "outside" });
    this.#world = world;
    this.#tick = new RoomTick({
      world,
      inputs: this.inputs as InputAPI<WalkInput>,
      clock: openTickClock(this, 1000 / this.tickHz),
      recording: this.recording,
      faults: this.faultBook,
      serializer: new StableSerializer(),
      detection: this.inputDetection(),
      patchEveryTicks: () => Number.POSITIVE_INFINITY,
      afterStep: () => world.items?.update(),
      broadcastPatch: () => {},
    });
  }

  /** A player with a socket that goes nowhere. @returns hands a frame of theirs to the room */
  enter(id: string, sent: (type: string, message: unknown) => void): (frame: Uint8Array) => void {
    const socket = {
      readyState: 1,
      close: () => Object.assign(socket, { readyState: 2 }),
      terminate() {},
      pause() {},
    };
    const client = { sessionId: id, ref: socket, state: ClientState.JOINED, send: sent, raw() {} };
    const { _inputController: inputs } = this as unknown as { _inputController: InputController };
    inputs.allocate(client as unknown as AnyClient);
    inputs.register(id, client as unknown as AnyClient);
    const state = { v: 1 as const, places: {}, stats: {} };
    const sheet = { id, accountId: id, name: id, color: 0, shape: 0, coins: 0, state };
    this.#world?.join(client as unknown as Client, { sheet, epoch: 1, version: 0 }, "player");
    const receive = (this as unknown as { _onMessage(client: object, frame: Uint8Array): void })._onMessage;
    return (frame) => receive.call(this, client, frame);
  }

  /** One tick, at its time. */
  advance(): void {
    this.nowMs += 1000 / this.tickHz;
    this.clock.tick();
    this.#tick?.run(1 / this.tickHz);
  }
}

/** Books in memory: everybody has coins enough. */
function rangeItems(): Ports["items"] {
  const none = { ok: true as const, stacks: [], coins: {} };
  const coinsOf = (...claims: { sheet: { id: string } }[]) => ({
    ...none,
    coins: Object.fromEntries(claims.map(({ sheet }) => [sheet.id, 1_000])),
  });
  return {
    ...refusingPorts.items,
    look: async (claim) => coinsOf(claim),
    death: async () => null,
    answered: async () => null,
    trade: async (_id, a: { claim: Player["claim"]; offer: Offer }, b) => coinsOf(a.claim, b.claim),
  };
}
