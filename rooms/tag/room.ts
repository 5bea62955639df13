import { randomInt } from "node:crypto";
import { type Player, WorldRoom } from "roomkeep/rooms";
import { type Refusal, refuse, seeded, type WalkInput } from "roomkeep/shared";
import { z } from "zod";
import { tagLevel } from "./level.ts";
import { allReady, lineUp, mayBegin, mayLead, PLAYERS_MIN, scoreBoard, touchedBy } from "./rules.ts";
import { TagAvatar, type TagPhase, TagState } from "./state.ts";
import { paceOf, tagStep } from "./step.ts";

type Tagger = Player<TagAvatar>;

const nothing = z.strictObject({}).optional();

/**
 * A party game for two to twelve who share a code. *It* hands itself on by a touch; a second free and a tag are one
 * point each. The server decides all of it.
 *
 * The durations are fields, set by the server only: a game of its own lengths is a class that overrides them.
 *
 * @example
 * export class ShortTagRoom extends TagRoom {
 *   override roundS = 30;
 * }
 */
export class TagRoom extends WorldRoom<TagState, TagAvatar> {
  static override readonly card = {
    label: "Tag",
    description: "Two to twelve, one is it: run, hide, pass it on. Share the code with your friends.",
    private: true,
    maxPlayers: 16, // twelve play, a few may watch
  };
  override state = new TagState();
  override level = tagLevel;

  /** Seconds between the start and the first step. */
  countdownS = 3;
  /** Seconds of a round. */
  roundS = 90;
  /** Seconds in which a new *it* cannot tag, so that it does not bounce between two. */
  graceS = 1.5;
  /** Of the room's chance: who is *it* and where one begins. Fixed for a replay, secret otherwise. */
  override seed = randomInt(2 ** 32);

  private random = seeded(0);
  private ticksLeft = 0;
  private graceTicks = 0;
  /** Ticks free in this round, by session id. */
  private readonly freeTicks = new Map<string, number>();
  /** Session ids of those who had to watch a round; the next one takes them first. */
  private readonly waited = new Set<string>();

  protected override onOpen(): void {
    this.random = seeded(this.seed);
    this.on("ready", z.strictObject({ ready: z.boolean() }), (player, { ready }) => {
      if (this.isUnderWay()) return refuse("ACTION_REFUSED", "The round has begun; you enter the next one.");
      player.avatar.ready = ready;
    });
    this.on("start", nothing, (player) => this.beginFrom("lobby", player));
    this.on("rematch", nothing, (player) => this.beginFrom("scores", player));
    this.on("lead", z.strictObject({ to: z.string().max(64) }), (player, { to }) => {
      const next = this.players.get(to);
      const refusal = mayLead(this.state, player, next);
      if (!refusal) this.state.leader = to;
      return refusal;
    });
  }

  protected override createAvatar(): TagAvatar {
    return new TagAvatar();
  }

  protected override step(avatar: TagAvatar, input: WalkInput, dt: number, id: string): void {
    tagStep(avatar, input, this.ground, dt, paceOf(this.state, id));
  }

  protected override onEnter(player: Tagger): void {
    this.state.leader ||= player.sessionId;
    if (!this.isUnderWay()) return;
    this.waited.add(player.sessionId);
    this.letPlay(player, false);
  }

  protected override onExit(player: Tagger): void {
    this.freeTicks.delete(player.sessionId);
    this.waited.delete(player.sessionId);
    if (this.state.leader !== player.sessionId) return;
    const others = [...this.players.values()].filter((other) => other !== player);
    // Who has been here longest; somebody whose connection is dropped only when there is nobody else.
    const next = others.find(({ avatar }) => !avatar.away) ?? others[0];
    this.state.leader = next?.sessionId ?? "";
  }

  protected override onTick(): void {
    if (!this.isUnderWay()) {
      if (allReady(this.players.values())) this.beginCountdown();
      return;
    }
    if (this.playing().length < PLAYERS_MIN) {
      this.endEarly();
      return;
    }
    this.keepIt();
    if (this.state.phase === "round") this.runRound();
    this.ticksLeft--;
    this.showTime();
    if (this.ticksLeft > 0) return;
    if (this.state.phase === "countdown") this.beginRound();
    else this.endRound();
  }

  // ── Phases ────────────────────────────────────────────────────────────────────────────────────────────────────

  private isUnderWay(): boolean {
    return this.state.phase === "countdown" || this.state.phase === "round";
  }

  private enter(phase: TagPhase, seconds: number): void {
    this.state.phase = phase;
    this.ticksLeft = Math.round(seconds * this.tickHz);
    this.showTime();
  }

  private showTime(): void {
    this.state.secondsLeft = Math.max(0, Math.ceil(this.ticksLeft / this.tickHz));
  }

  private beginFrom(phase: "lobby" | "scores", player: Tagger): Refusal | undefined {
    const present = [...this.players.values()].filter(({ avatar }) => !avatar.away).length;
    const refusal = mayBegin(this.state, player, phase, present);
    if (!refusal) this.beginCountdown();
    return refusal;
  }

  private beginCountdown(): void {
    const team = lineUp(this.players.values(), this.waited);
    this.waited.clear();
    this.freeTicks.clear();
    for (const player of this.players.values()) {
      Object.assign(player.avatar, { ready: false, freeS: 0, tags: 0 });
      const plays = team.includes(player);
      this.letPlay(player, plays);
      if (!plays) this.waited.add(player.sessionId);
    }
    this.state.board.clear();
    this.state.round++;
    this.makeIt(this.pick(team));
    this.placeTeam(team);
    this.enter("countdown", this.countdownS);
  }

  private beginRound(): void {
    this.makeIt(this.players.get(this.state.it));
    this.enter("round", this.roundS);
  }

  private runRound(): void {
    const it = this.players.get(this.state.it);
    for (const player of this.playing()) {
      if (player === it || player.avatar.away) continue;
      const ticks = (this.freeTicks.get(player.sessionId) ?? 0) + 1;
      this.freeTicks.set(player.sessionId, ticks);
      player.avatar.freeS = Math.floor(ticks / this.tickHz);
    }
    this.graceTicks = Math.max(0, this.graceTicks - 1);
    this.state.grace = this.graceTicks > 0;
    if (!it || it.avatar.away || this.state.grace) return;
    const touched = touchedBy(it, this.players.values());
    if (!touched) return;
    it.avatar.tags++;
    this.makeIt(touched);
  }

  private endRound(): void {
    this.state.board.push(...scoreBoard(this.playing()));
    this.stop("scores");
  }

  private endEarly(): void {
    this.stop("lobby");
    this.broadcast("notice", {
      code: "ROUND_ENDED",
      text: "Fewer than two players are left: back to the lobby.",
    });
  }

  private stop(phase: "lobby" | "scores"): void {
    this.state.it = "";
    this.state.grace = false;
    for (const player of this.players.values()) this.letPlay(player, true);
    this.enter(phase, 0);
  }

  // ── Players of a round ────────────────────────────────────────────────────────────────────────────────────────

  /** Who plays this round; a dropped player does for as long as the seat is kept. */
  private playing(): Tagger[] {
    return [...this.players.values()].filter(({ avatar }) => !avatar.watching);
  }

  /** Somebody who looks on has no body, so that no crate is moved by a hand nobody sees. */
  private letPlay({ sessionId, avatar }: Tagger, plays: boolean): void {
    if (avatar.watching === !plays) return;
    avatar.watching = !plays;
    if (plays) this.space?.addWalker(sessionId, avatar);
    else this.space?.removeWalker(sessionId);
  }

  private makeIt(player: Tagger | undefined): void {
    this.state.it = player?.sessionId ?? "";
    this.graceTicks = Math.round(this.graceS * this.tickHz);
    this.state.grace = this.graceTicks > 0;
  }

  /** When *it* left or dropped, somebody else becomes it; when all have dropped, the first who returns. */
  private keepIt(): void {
    const it = this.players.get(this.state.it);
    if (it && !it.avatar.away) return;
    const next = this.pick(this.playing().filter(({ avatar }) => !avatar.away));
    if (!next) return;
    this.makeIt(next);
    this.broadcast("notice", { code: "IT_CHANGED", text: `It has gone: ${next.avatar.name} is it now.` });
  }

  private pick(from: readonly Tagger[]): Tagger | undefined {
    return from[Math.floor(this.random() * from.length)];
  }

  /** *It* begins on the dais in the middle, the others on the ring about it, each round elsewhere. */
  private placeTeam(team: readonly Tagger[]): void {
    const { spawns } = this.level;
    const turn = Math.floor(this.random() * spawns.length);
    const apart = Math.max(1, Math.floor(spawns.length / team.length));
    for (const [i, { sessionId, avatar }] of team.entries()) {
      const spawn = spawns[(turn + i * apart) % spawns.length];
      const [x, y, z] = sessionId === this.state.it ? [0, 0, 0] : (spawn?.at ?? [0, 0, 0]);
      Object.assign(avatar, { x, y, z, yaw: spawn?.yaw ?? 0, vx: 0, vy: 0, vz: 0, grounded: true });
    }
  }
}
