import type { Player, PluginRoom, RoomPlayer } from "roomkeep/rooms";
import { type Refusal, refuse } from "roomkeep/shared";
import { type Audible, decideAudible, type Talker } from "./audible.ts";
import { modeOf, type VoiceMode, type VoicePeer, type VoiceSignal } from "./messages.ts";
import { hasLivekit, type VoiceSettings } from "./settings.ts";

/** Pieces of one offer, answer or candidate; each is far below what a frame may hold. */
const PARTS_MAX = 8;
/** Ended links that a page may still send for, as it has not heard yet; it is not refused then. */
const PAST_MAX = 64;

/** A room that has zones of its own: voices stay within one. */
export interface VoiceZones {
  /** The zone that a player is in, of any name; asked some times a second. */
  voiceZoneOf(player: RoomPlayer): string;
}

/** What a room's voice needs of its process. */
export interface VoiceHost {
  readonly settings: VoiceSettings;
  /** Whether an operator has switched voice off there. */
  isOff(roomId: string): boolean;
  /** Whether one of two accounts has blocked the other. */
  isBlocked(one: string, other: string): boolean;
  /** Told of errors of the game. */
  fault(error: unknown): void;
}

/** Somebody who has voice on. */
interface Member {
  readonly player: RoomPlayer;
  /** Another one after a return: that page knows nothing of its links. */
  readonly client: RoomPlayer["client"];
  /** Whether that page can connect to LiveKit. */
  readonly livekit: boolean;
  /** What was told last. */
  told: string;
  readonly past: Set<number>;
}

/** A connection of two pages, with a number of its own: what is sent for an earlier one is known as such. */
interface Link {
  readonly number: number;
  /** Whose page makes the offer, so that the two never offer at once. */
  readonly offers: string;
}

/** Who hears whom in one room. Decided by {@link VoiceRoom.round}; between two rounds the links stay. */
export class VoiceRoom {
  readonly #room: PluginRoom & Partial<VoiceZones>;
  readonly #host: VoiceHost;
  readonly #members = new Map<string, Member>();
  /** Those with voice on whose connection was lost. */
  readonly #away = new Set<string>();
  #peers: Audible["peers"] = new Map();
  #links = new Map<string, Map<string, Link>>();
  #mode: VoiceMode;
  #crowdedAtMs = Number.NEGATIVE_INFINITY;
  #lastLink = 0;

  constructor(room: PluginRoom, host: VoiceHost) {
    this.#room = room;
    this.#host = host;
    this.#mode = host.settings.mesh ? "mesh" : "livekit";
  }

  /** Those with voice on. */
  get size(): number {
    return this.#members.size;
  }

  /** Pairs that hear each other. */
  get pairs(): number {
    let ends = 0;
    for (const own of this.#links.values()) ends += own.size;
    return ends / 2;
  }

  /** Whether nobody has voice on, or will have it on after a return. */
  get isIdle(): boolean {
    return this.#members.size === 0 && this.#away.size === 0;
  }

  get mode(): VoiceMode {
    return this.#mode;
  }

  /** A page turns voice on, or tells so again: it knows of no links. */
  turnOn(player: RoomPlayer, { livekit }: { livekit: boolean }): Refusal | undefined {
    if (!this.#isOpen) return refuse("VOICE_OFF");
    this.#away.delete(player.sessionId);
    this.#unlink(player.sessionId);
    this.#members.set(player.sessionId, {
      player,
      client: player.client,
      livekit,
      told: "",
      past: new Set(),
    });
    this.#tell(player.sessionId);
    return undefined;
  }

  turnOff({ sessionId }: RoomPlayer): void {
    this.#away.delete(sessionId);
    this.#members.delete(sessionId);
    this.#unlink(sessionId);
  }

  /** Relays a piece of signalling to somebody whom the player hears; nothing else reaches anybody. */
  signal(player: RoomPlayer, { to, ...signal }: VoiceSignal): Refusal | undefined {
    const refused = this.#refusalOf(player);
    if (refused) return refused;
    if (signal.parts > PARTS_MAX || signal.part >= signal.parts) return refuse("VOICE_SIGNAL_LARGE");
    const member = this.#members.get(player.sessionId);
    const link = this.#links.get(player.sessionId)?.get(to);
    const other = this.#members.get(to);
    if (link?.number !== signal.link && member?.past.has(signal.link)) return undefined;
    if (!other || link?.number !== signal.link || this.#mode !== "mesh") return refuse("VOICE_NOT_AUDIBLE");
    // What has changed since the last round counts too.
    if (isMuted(other.player) || this.#isBlocked(player, other.player)) return refuse("VOICE_NOT_AUDIBLE");
    other.client.send("voice.signal", { from: player.sessionId, ...signal });
    return undefined;
  }

  /** A page found no way to another, or lost it: both begin anew. */
  renew(player: RoomPlayer, { to, link: number }: { to: string; link: number }): Refusal | undefined {
    const refused = this.#refusalOf(player);
    if (refused) return refused;
    const own = this.#links.get(player.sessionId);
    const link = own?.get(to);
    if (link?.number !== number)
      return this.#members.get(player.sessionId)?.past.has(number) ? undefined : refuse("VOICE_NOT_AUDIBLE");
    this.#end(player.sessionId, to);
    this.#link(player.sessionId, to);
    for (const id of [player.sessionId, to]) this.#tell(id);
    return undefined;
  }

  /** Whether a player may have a token of LiveKit now. */
  tokenRefusal(player: RoomPlayer): Refusal | undefined {
    return this.#refusalOf(player) ?? (this.#mode === "livekit" ? undefined : refuse("VOICE_OFF"));
  }

  /** Decides anew who hears whom, and tells those for whom it has changed. */
  round(nowMs: number): void {
    this.#dropAbsent();
    const talkers = this.#isOpen ? this.#talkers() : [];
    const { settings } = this.#host;
    const isMesh = this.#mode === "mesh";
    const byId = new Map(talkers.map((talker) => [talker.id, this.#members.get(talker.id)?.player]));
    const { peers, crowd } = decideAudible(
      talkers,
      this.#peers,
      (a, b) => {
        const [one, other] = [byId.get(a.id), byId.get(b.id)];
        return one !== undefined && other !== undefined && !this.#isBlocked(one, other);
      },
      { rangeM: settings.rangeM, peersMax: isMesh ? settings.peersMax : settings.livekitPeersMax },
    );
    this.#peers = peers;
    this.#follow(peers);
    if (crowd > settings.peersMax) this.#crowdedAtMs = nowMs;
    const allCan = [...this.#members.values()].every(({ livekit }) => livekit);
    this.#setMode(modeOf(this.#mode, settings, { crowd, calmMs: nowMs - this.#crowdedAtMs, allCan }));
    for (const id of this.#members.keys()) this.#tell(id);
  }

  get #isOpen(): boolean {
    const { settings, isOff } = this.#host;
    return settings.enabled && (settings.mesh || hasLivekit(settings)) && !isOff(this.#room.roomId);
  }

  #refusalOf(player: RoomPlayer): Refusal | undefined {
    if (!this.#isOpen || this.#members.get(player.sessionId)?.player !== player) return refuse("VOICE_OFF");
    return isMuted(player) ? refuse("MUTED") : undefined;
  }

  #isBlocked(one: RoomPlayer, other: RoomPlayer): boolean {
    return this.#host.isBlocked(one.claim.sheet.accountId, other.claim.sheet.accountId);
  }

  /** Who dropped, left or came back has no links; who came back is asked whether voice is still on. */
  #dropAbsent(): void {
    const { players } = this.#room;
    for (const [id, { player, client }] of this.#members) {
      const isHere = players.get(id) === player;
      if (isHere && !player.hold && player.client === client) continue;
      this.turnOff(player);
      if (isHere) this.#away.add(id);
    }
    for (const id of this.#away) {
      const player = players.get(id);
      if (player?.hold) continue;
      this.#away.delete(id);
      player?.client.send("voice.again", {});
    }
  }

  #talkers(): Talker[] {
    const talkers: Talker[] = [];
    for (const [id, { player }] of this.#members) {
      if (isMuted(player)) continue;
      const { x = 0, y = 0, z = 0 } = (player as Partial<Player>).avatar ?? {};
      talkers.push({ id, x, y, z, zone: this.#zoneOf(player) });
    }
    return talkers;
  }

  #zoneOf(player: RoomPlayer): string {
    try {
      return String(this.#room.voiceZoneOf?.(player) ?? "");
    } catch (error) {
      this.#host.fault(error);
      // Nobody hears what was meant for one zone alone.
      return `of ${player.sessionId} alone`;
    }
  }

  /** Ends the links of pairs that are none any more, and makes those of new ones. */
  #follow(peers: Audible["peers"]): void {
    for (const [id, own] of this.#links)
      for (const other of own.keys()) if (!peers.get(id)?.has(other)) this.#end(id, other);
    for (const [id, others] of peers)
      for (const other of others) if (!this.#links.get(id)?.has(other)) this.#link(id, other);
  }

  #setMode(mode: VoiceMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    // The pages begin anew, by the other way.
    for (const id of [...this.#links.keys()]) this.#unlink(id);
    this.#follow(this.#peers);
  }

  #link(a: string, b: string): void {
    const link = { number: ++this.#lastLink, offers: a < b ? a : b };
    for (const [id, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const own = this.#links.get(id) ?? new Map<string, Link>();
      this.#links.set(id, own.set(other, link));
    }
  }

  #end(a: string, b: string): void {
    for (const [id, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const own = this.#links.get(id);
      const number = own?.get(other)?.number;
      own?.delete(other);
      if (own?.size === 0) this.#links.delete(id);
      const past = this.#members.get(id)?.past;
      if (number === undefined || !past) continue;
      past.add(number);
      if (past.size > PAST_MAX) for (const first of past) return void past.delete(first);
    }
  }

  #unlink(id: string): void {
    for (const other of [...(this.#links.get(id)?.keys() ?? [])]) this.#end(id, other);
  }

  /** Tells a page whom it connects to, if it does not know. */
  #tell(id: string): void {
    const member = this.#members.get(id);
    if (!member) return;
    const { player, client } = member;
    const off = !this.#isOpen;
    const until = muteEndOf(player);
    const muted = until <= Date.now() ? null : Number.isFinite(until) ? new Date(until).toISOString() : "";
    const peers: VoicePeer[] = [...(this.#links.get(id) ?? [])].map(([other, { number, offers }]) => {
      return { id: other, link: number, offers: offers === id };
    });
    const { rangeM } = this.#host.settings;
    const news = { off, muted, mode: this.#mode, rangeM, peers };
    const key = `${off} ${muted} ${this.#mode} ${rangeM} ${peers.map(({ link }) => link).join(" ")}`;
    if (key === member.told) return;
    member.told = key;
    client.send("voice.peers", news);
  }
}

/** A mute of the chat is one of the voice too: what may not be written may not be said. */
export function isMuted(player: RoomPlayer): boolean {
  return muteEndOf(player) > Date.now();
}

const muteEndOf = ({ mutedUntilMs, voiceMutedUntilMs }: RoomPlayer) =>
  Math.max(mutedUntilMs, voiceMutedUntilMs);
