import { defineLobby, type Place, type Player, WorldRoom } from "roomkeep/rooms";
import { type Refusal, refuse, type WalkInput } from "roomkeep/shared";
import { z } from "zod";
import { tournaments } from "../../plugins/tournaments/index.ts";
import { tagCup } from "./cup.ts";
import { DECK_PLACE, tagLevel } from "./level.ts";
import { openRound, type Round } from "./round.ts";
import { lineUp, PLAYERS_MIN, placeTeam, pointsOf, scoreBoard } from "./rules.ts";
import { tagSettings } from "./settings.ts";
import { TagAvatar, type TagPhase, TagState } from "./state.ts";
import { paceOf, tagStep } from "./step.ts";

type Tagger = Player<TagAvatar>;

/** Fields of a room that are not in its state. */
const keptShape = z.object({
  ticksLeft: z.int(),
  waited: z.array(z.string()),
  round: z.object({ graceTicks: z.int(), freeTicks: z.array(z.tuple([z.string(), z.int()])) }).nullable(),
});

/**
 * A party game for two to twelve who share a code. *It* hands itself on by a touch; a second free and a tag
 * are one point each. The server decides all of it.
 *
 * The durations are fields, set by the server only: a game of its own lengths is a class that overrides them.
 *
 * @example
 * export class ShortTagRoom extends TagRoom {
 *   override roundS = 30;
 * }
 */
export class TagRoom extends WorldRoom<TagState, TagAvatar> {
  static override readonly listing = {
    label: "Tag",
    description: "Two to twelve, one is it: run, hide, pass it on. Share the code with your friends.",
    private: true,
    maxPlayers: 16, // twelve play, the others play in the next round
    spectators: { max: 20 },
  };
  override state = new TagState();
  override level = tagLevel;

  /** Seconds between the start and the first step. */
  countdownS = 3;
  /** Seconds of a round; undefined: as the leader sets it in the lobby. */
  roundS: number | undefined;
  /** Seconds in which a new *it* cannot tag, so that it does not bounce between two. */
  graceS = 1.5;

  override readonly lobby = defineLobby({
    settings: tagSettings,
    playersMin: PLAYERS_MIN,
    idleS: 300,
    warnS: 45,
  });

  private ticksLeft = 0;
  private round: Round<Tagger> | undefined;
  /** Session ids of players who had to watch a round; the next one takes them first. */
  private readonly waited = new Set<string>();

  /** In the lobby and at the scores people gather; a round that is on is played out. */
  protected override gathers(): boolean {
    return !this.isUnderWay();
  }

  protected override onStart(how: "start" | "rematch"): Refusal | undefined {
    if (how === "rematch" && this.state.phase === "lobby")
      return refuse("PHASE_WRONG", "No round has been played yet; start one.");
    this.beginCountdown();
    return undefined;
  }

  protected override onKeep(): z.infer<typeof keptShape> {
    const { ticksLeft, waited, round } = this;
    const saved = round?.save();
    const freeTicks = saved?.freeTicks.map(([id, ticks]): [string, number] => [id, ticks]) ?? [];
    return { ticksLeft, waited: [...waited], round: saved ? { ...saved, freeTicks } : null };
  }

  /** A round under way goes on; if the edit has changed its saved fields, the room returns to the lobby. */
  protected override onRestore(kept: unknown): void {
    for (const { sessionId, avatar } of this.players.values())
      if (avatar.watching) this.space?.removeWalker(sessionId);
    const { success, data } = keptShape.safeParse(kept);
    if (!success) return void (this.state.phase !== "lobby" && this.stop("lobby"));
    this.ticksLeft = data.ticksLeft;
    this.waited.clear();
    for (const id of data.waited) this.waited.add(id);
    this.round = data.round ? openRound(this.state, [], this.chance(), data.round) : undefined;
  }

  protected override createAvatar(): TagAvatar {
    return new TagAvatar();
  }

  protected override step(avatar: TagAvatar, input: WalkInput, dt: number, id: string): void {
    tagStep(avatar, input, this.ground, dt, paceOf(this.state, id));
  }

  /** A player who joins during a round watches from the deck. */
  protected override spawnPlace(player: Tagger): Place {
    if (!this.isUnderWay()) return super.spawnPlace(player);
    return { ...DECK_PLACE, x: DECK_PLACE.x + 1.5 * (this.waited.size % 4) };
  }

  protected override onEnter(player: Tagger): void {
    if (!this.isUnderWay()) return;
    this.waited.add(player.sessionId);
    this.letPlay(player, false);
  }

  protected override onExit(player: Tagger): void {
    this.waited.delete(player.sessionId);
  }

  protected override onTick(): void {
    const { round } = this;
    if (!round) return;
    const playing = this.playing();
    if (playing.length < PLAYERS_MIN) {
      this.endEarly();
      return;
    }
    const next = round.keepIt(playing);
    if (next) this.tell("IT_CHANGED", `It has gone: ${next.avatar.name} is it now.`);
    if (this.state.phase === "round") round.tick(playing);
    this.ticksLeft--;
    this.showTime();
    if (this.ticksLeft > 0) return;
    if (this.state.phase === "countdown") this.beginRound(round);
    else this.endRound();
  }

  private isUnderWay(): boolean {
    return this.round !== undefined;
  }

  private enter(phase: TagPhase, seconds: number): void {
    this.state.phase = phase;
    this.ticksLeft = Math.round(seconds * this.tickHz);
    this.showTime();
  }

  private showTime(): void {
    this.state.secondsLeft = Math.max(0, Math.ceil(this.ticksLeft / this.tickHz));
  }

  private beginCountdown(): void {
    const team = lineUp(this.players.values(), this.waited);
    this.waited.clear();
    for (const player of this.players.values()) {
      Object.assign(player.avatar, { freeS: 0, tags: 0 });
      const plays = team.includes(player);
      this.letPlay(player, plays);
      if (!plays) this.waited.add(player.sessionId);
    }
    this.state.board.clear();
    this.state.round++;
    this.round = openRound(this.state, team, this.chance());
    placeTeam(team, this.state.it, this.level.spawns, this.simulation.random);
    this.enter("countdown", this.countdownS);
  }

  private chance() {
    const { tickHz, graceS, simulation } = this;
    return { tickHz, graceS, random: simulation.random };
  }

  private beginRound(round: Round<Tagger>): void {
    const it = this.players.get(this.state.it);
    if (it) round.makeIt(it); // the grace time counts from the first step
    this.enter("round", this.roundS ?? this.lobby.settings.roundS);
  }

  private endRound(): void {
    this.state.board.push(...scoreBoard(this.playing()));
    // On a server that has tournaments a round is a try of those who are in the one that runs.
    const cups = this.findPlugin(tournaments);
    for (const player of this.playing()) void cups?.submit(player, tagCup.name, pointsOf(player.avatar));
    this.stop("scores");
  }

  private endEarly(): void {
    this.stop("lobby");
    this.tell("ROUND_ENDED", "Fewer than two players are left: back to the lobby.");
  }

  private stop(phase: "lobby" | "scores"): void {
    this.round = undefined;
    this.state.it = "";
    this.state.grace = false;
    for (const player of this.players.values()) this.letPlay(player, true);
    this.enter(phase, 0);
  }

  /** The players of this round; a dropped one stays in it for as long as the seat is kept. */
  private playing(): Tagger[] {
    return [...this.players.values()].filter(({ avatar }) => !avatar.watching);
  }

  /** A spectator has no body, so that no crate is moved by an avatar that is not drawn. */
  private letPlay({ sessionId, avatar }: Tagger, plays: boolean): void {
    if (avatar.watching === !plays) return;
    avatar.watching = !plays;
    if (plays) this.space?.addWalker(sessionId, avatar);
    else this.space?.removeWalker(sessionId);
  }

  private tell(code: string, text: string): void {
    this.broadcast("notice", { code, text });
  }
}
