import type { InputAPI } from "@colyseus/core";
import type { Avatar, WalkInput, WorldState } from "../../shared/index.ts";
import type { InputDetection } from "../cheat-detection/input-detection.ts";
import type { Player } from "../player.ts";
import type { StableSerializer } from "../replication/stable-serializer.ts";
import type { Faults } from "./faults.ts";
import { takeInputs } from "./input-credit.ts";
import type { Recording } from "./recording.ts";
import type { RoomWorld } from "./room-world.ts";
import type { TickClock } from "./tick-clock.ts";

/** The part of a live room that its tick uses. */
export interface RoomTickHost<S extends WorldState, A extends Avatar> {
  readonly world: RoomWorld<S, A>;
  readonly inputs: InputAPI<WalkInput>;
  readonly clock: TickClock;
  readonly recording: Recording;
  readonly faults: Faults;
  readonly serializer: StableSerializer<S>;
  readonly detection: InputDetection<A>;
  /** Ticks between two patches. */
  patchEveryTicks(): number;
  /** Called after the step, before its patch is sent. */
  afterStep(): void;
  broadcastPatch(): void;
}

/**
 * One tick of a live room: async results, the input frames that players have credit for, the step, what
 * follows it, and the patch. Nothing is allocated here in a tick: the functions that it hands on are made
 * once.
 */
export class RoomTick<S extends WorldState, A extends Avatar> {
  readonly #host: RoomTickHost<S, A>;
  readonly #step = (player: Player<A>, input: WalkInput) => this.#takeStep(player, input);
  readonly #afterPhysics = () => this.#host.clock.lap("physics");
  #dtS = 0;
  /** Milliseconds that this tick's steps by input frames took. */
  #steppedMs = 0;

  constructor(host: RoomTickHost<S, A>) {
    this.#host = host;
  }

  run(dtS: number): void {
    const { world, clock, recording, serializer, detection } = this.#host;
    clock.begin();
    detection.begin();
    world.answers.settle();
    recording.isTicking = true;
    this.#takeAllInputs(dtS);
    clock.lap("inputs");
    clock.split("inputs", "step", this.#steppedMs);
    world.step(this.#afterPhysics);
    detection.end();
    this.#host.afterStep();
    clock.lap("rules");
    if (world.simulation.tick % this.#host.patchEveryTicks() === 0) {
      this.#host.broadcastPatch();
      world.simulation.world.notePatch();
      clock.lap("encode");
      clock.split("encode", "interest", serializer.spentMs.interest);
      clock.split("encode", "send", serializer.spentMs.send);
    }
    clock.end();
  }

  #takeAllInputs(dtS: number): void {
    const { world, inputs, faults, detection } = this.#host;
    const { tickHz } = world.simulation;
    this.#dtS = dtS;
    this.#steppedMs = 0;
    for (const player of world.players.values()) {
      try {
        detection.before(player);
        takeInputs(player, inputs, tickHz, this.#step, detection.paceOf(player));
        detection.after(player);
      } catch (error) {
        faults.note("step", error);
      }
    }
  }

  #takeStep(player: Player<A>, input: WalkInput): void {
    const from = performance.now();
    const { world, detection } = this.#host;
    detection.apply(player, input, world.simulation.tick);
    world.input(player, input, this.#dtS);
    this.#steppedMs += performance.now() - from;
  }
}
