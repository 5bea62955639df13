import type { Avatar, WalkInput } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import { receivedInputsOf } from "../transport/internals.ts";
import type { CheatDetectionOptions } from "./cheat-detection.ts";
import type { CheatSignal } from "./cheat-signals.ts";
import { PlayerWatch } from "./player-watch.ts";

/** Of a player who is slowed. */
const SLOW_PACE = 0.5;

/** The part of a room that watches its players' inputs. */
export interface InputDetectionHost<A extends Avatar> {
  readonly tickHz: number;
  readonly players: ReadonlyMap<string, Player<A>>;
  suspect(player: Player<A>, signal: CheatSignal, count?: number): void;
  options(): CheatDetectionOptions;
  /** Room time, ms. */
  now(): number;
}

/** Watches the input frames of a room's players, once a tick. */
export class InputDetection<A extends Avatar> {
  readonly #host: InputDetectionHost<A>;

  constructor(host: InputDetectionHost<A>) {
    this.#host = host;
  }

  /** The tick begins: what messages have moved since the last one is measured. */
  begin(): void {
    if (this.#host.options().maxMps === undefined) return;
    for (const { watch, avatar } of this.#host.players.values()) watch?.movement.measure(avatar);
  }

  /** Input frames that a player earns a tick. */
  paceOf({ suspicion }: Player<A>): number {
    return suspicion.slowUntilMs > this.#host.now() ? SLOW_PACE : 1;
  }

  /** An input frame of the player is applied. */
  apply(player: Player<A>, input: WalkInput, tick: number): void {
    this.#watchOf(player).last.add(tick, input);
  }

  /** Before the frames of a player are applied. */
  before(player: Player<A>): void {
    if (this.#host.options().maxMps !== undefined) this.#watchOf(player).movement.place(player.avatar);
  }

  /** After the frames of a player are applied. */
  after(player: Player<A>): void {
    const { now, options } = this.#host;
    const { inputs, movement } = this.#watchOf(player);
    if (options().maxMps !== undefined) movement.measure(player.avatar);
    const { inputs: accessor, client } = player;
    const findings = inputs.look(receivedInputsOf(client), accessor?.renderTime ?? 0, now());
    if (findings.excess > 0) this.#host.suspect(player, "input-rate", findings.excess);
    if (findings.isHeld) this.#host.suspect(player, "input-burst");
    if (findings.isAhead) this.#host.suspect(player, "clock-ahead");
  }

  /** The tick ends: rules and systems have run. */
  end(): void {
    const { players, options, tickHz } = this.#host;
    const { maxMps } = options();
    if (maxMps === undefined) return;
    for (const player of players.values()) {
      const findings = this.#watchOf(player).movement.endTick(player.avatar, maxMps, 1 / tickHz);
      if (findings.isJump) this.#host.suspect(player, "teleport");
      else if (findings.excessM > 0) this.#host.suspect(player, "speed", findings.excessM);
    }
  }

  #watchOf(player: Player<A>): PlayerWatch {
    player.watch ??= new PlayerWatch(this.#host.tickHz);
    return player.watch;
  }
}
