import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { AnyRoom, PanelContext } from "roomkeep/client";
import { type Mesh, openMesh } from "./mesh.ts";
import { type Microphone, microphoneProblem, openMicrophone } from "./microphone.ts";
import type { VoiceNews, VoiceOffer, VoiceSignal } from "./news.ts";
import { readPreferences, store, type VoicePreferences } from "./preferences.ts";
import { nameIn, poseIn } from "./room-poses.ts";
import { openSound, type Sound } from "./sound.ts";
import { listenForTalkKey } from "./talk-key.ts";

/** How often levels are read and places followed, ms. */
const LOOK_MS = 50;
/** How long a voice is still sent after it fell below the threshold, ms: the ends of words. */
const HOLD_MS = 350;
/** Level from which somebody is shown as speaking. */
const SPEAKING = 0.008;

/** Somebody whom the player hears. */
export interface Heard {
  readonly id: string;
  readonly name: string;
  readonly speaks: boolean;
  /** 0 to 1. */
  readonly level: number;
  /** 0 to 2. */
  readonly volume: number;
  readonly isMuted: boolean;
}

/** The voice of the page: on from {@link openVoiceSession} until `close`. */
export interface VoiceSession {
  /** What the room told last; undefined: nothing yet. */
  readonly news: ReadonlySignal<VoiceNews | undefined>;
  /** Why something does not work, for people; empty. */
  readonly problem: ReadonlySignal<string>;
  readonly people: ReadonlySignal<readonly Heard[]>;
  /** Of the own microphone, 0 to 1. */
  readonly level: ReadonlySignal<number>;
  /** Whether the own voice is sent now. */
  readonly isSending: ReadonlySignal<boolean>;
  readonly isDeaf: ReadonlySignal<boolean>;
  readonly devices: ReadonlySignal<readonly MediaDeviceInfo[]>;
  readonly preferences: ReadonlySignal<VoicePreferences>;
  /** While the key or the button is down the own voice is sent, where one pushes to talk. */
  push(by: "key" | "button", isDown: boolean): void;
  setDeaf(isDeaf: boolean): void;
  setVolume(id: string, volume: number): void;
  setMuted(id: string, isMuted: boolean): void;
  set(change: Partial<VoicePreferences>): Promise<void>;
  close(): void;
}

/** Turns voice on, by a tap of the person: asks for the microphone, and tells each room that is entered. */
export async function openVoiceSession(page: PanelContext, first: VoiceOffer): Promise<VoiceSession> {
  const context = new AudioContext();
  await context.resume();
  const session = new LiveSession(page, first, context);
  await session.begin();
  return session;
}

class LiveSession implements VoiceSession {
  readonly news = signal<VoiceNews | undefined>(undefined);
  readonly problem = signal("");
  readonly people = signal<readonly Heard[]>([]);
  readonly level = signal(0);
  readonly isSending = signal(false);
  readonly isDeaf = signal(false);
  readonly devices = signal<readonly MediaDeviceInfo[]>([]);
  readonly preferences: Signal<VoicePreferences> = readPreferences();
  readonly #page: PanelContext;
  readonly #context: AudioContext;
  readonly #sound: Sound;
  readonly #mesh: Mesh;
  readonly #stops: (() => void)[] = [];
  readonly #volumes = new Map<string, number>();
  readonly #muted = new Set<string>();
  #offer: VoiceOffer;
  #askedAt = performance.now();
  #microphone: Microphone | undefined;
  readonly #pushed = new Set<"key" | "button">();
  #loudAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(page: PanelContext, offer: VoiceOffer, context: AudioContext) {
    this.#page = page;
    this.#offer = offer;
    this.#context = context;
    this.#sound = openSound(context);
    this.#mesh = openMesh({
      config: () => ({
        iceServers: [...this.#offer.iceServers],
        iceTransportPolicy: this.#offer.relayOnly ? "relay" : "all",
        bundlePolicy: "max-bundle",
      }),
      track: () => this.#microphone?.track ?? null,
      send: (type, payload) => this.#room?.send(type, payload),
      heard: (id, track) => this.#sound.add(id, track),
      ended: (id) => this.#sound.remove(id),
    });
  }

  get #room(): AnyRoom | undefined {
    return this.#page.room.peek();
  }

  async begin(): Promise<void> {
    await this.#listen();
    // Each room is told anew: after a journey it is another one.
    this.#stops.push(effect(() => this.#enter(this.#page.room.value)));
    this.#stops.push(listenForTalkKey((isDown) => this.push("key", isDown)));
    const timer = setInterval(() => this.#look(), LOOK_MS);
    this.#stops.push(() => clearInterval(timer));
    const listDevices = () => void this.#listDevices();
    navigator.mediaDevices?.addEventListener("devicechange", listDevices);
    this.#stops.push(() => navigator.mediaDevices?.removeEventListener("devicechange", listDevices));
  }

  push(by: "key" | "button", isDown: boolean): void {
    if (isDown) this.#pushed.add(by);
    else this.#pushed.delete(by);
    this.#gate();
  }

  setDeaf(isDeaf: boolean): void {
    this.isDeaf.value = isDeaf;
    this.#sound.setDeaf(isDeaf);
    this.#gate();
  }

  setVolume(id: string, volume: number): void {
    this.#volumes.set(id, volume);
    this.#follow(id);
  }

  setMuted(id: string, isMuted: boolean): void {
    if (isMuted) this.#muted.add(id);
    else this.#muted.delete(id);
    this.#follow(id);
  }

  async set(change: Partial<VoicePreferences>): Promise<void> {
    store(this.preferences, change);
    if ("device" in change || "noiseSuppression" in change || "echoCancellation" in change)
      await this.#listen();
    this.#gate();
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#room?.send("voice.off", {});
    this.#mesh.follow([]);
    this.#microphone?.close();
    void this.#context.close();
  }

  /** Takes the microphone as it is set; without one the person listens. */
  async #listen(): Promise<void> {
    const before = this.#microphone;
    try {
      const microphone = await openMicrophone(this.#context, this.preferences.peek());
      if (this.#isClosed) return microphone.close();
      this.#microphone = microphone;
      this.problem.value = "";
    } catch (error) {
      this.#microphone = undefined;
      this.problem.value = microphoneProblem(error);
    }
    before?.close();
    this.#mesh.replaceTrack(this.#microphone?.track ?? null);
    this.#gate();
    await this.#listDevices();
  }

  async #listDevices(): Promise<void> {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    this.devices.value = all.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "");
  }

  /** @returns leaves the room */
  #enter(room: AnyRoom | undefined): () => void {
    this.news.value = undefined;
    this.#mesh.follow([]);
    if (!room) return () => {};
    const tell = () => room.send("voice.on", {});
    const stops = [
      room.onMessage("voice.peers", (news: VoiceNews) => void this.#told(news)),
      room.onMessage("voice.signal", (signal: VoiceSignal) => this.#mesh.take(signal)),
      room.onMessage("voice.again", tell),
    ];
    tell();
    return () => {
      for (const stop of stops) stop();
    };
  }

  async #told(news: VoiceNews): Promise<void> {
    this.news.value = news;
    this.#sound.setRange(news.rangeM);
    await this.#renewOffer();
    // Another may have come while it was waited for.
    if (this.#isClosed || this.news.peek() !== news) return;
    this.#mesh.follow(news.mode === "mesh" ? news.peers : []);
    this.#gate();
  }

  /** Credentials of a relay run out. */
  async #renewOffer(): Promise<void> {
    if (performance.now() - this.#askedAt < this.#offer.renewInS * 1000) return;
    try {
      this.#offer = await this.#page.request<VoiceOffer>("GET", "/v1/voice");
      this.#askedAt = performance.now();
    } catch {
      // The former ones may still do.
    }
  }

  #follow(id: string): void {
    this.#sound.setVolume(id, this.#muted.has(id) ? 0 : (this.#volumes.get(id) ?? 1));
  }

  /** Decides whether the own voice is sent. */
  #gate(): void {
    const microphone = this.#microphone;
    const { mode } = this.preferences.peek();
    const isMeant = mode === "push" ? this.#pushed.size > 0 : performance.now() - this.#loudAt < HOLD_MS;
    const news = this.news.peek();
    const may = news !== undefined && !news.off && news.muted === null && !this.isDeaf.peek();
    const isSending = microphone !== undefined && isMeant && may;
    if (microphone) microphone.track.enabled = isSending;
    this.isSending.value = isSending;
  }

  #look(): void {
    const level = this.#microphone?.level() ?? 0;
    this.level.value = level;
    if (level >= this.preferences.peek().threshold) this.#loudAt = performance.now();
    this.#gate();
    const room = this.#room;
    const news = this.news.peek();
    if (!room || !news) {
      this.people.value = [];
      return;
    }
    const own = poseIn(room, room.sessionId);
    this.people.value = news.peers.map(({ id }) => {
      if (own) this.#sound.place(id, own, poseIn(room, id));
      const heard = this.#sound.level(id);
      return {
        id,
        name: nameIn(room, id),
        level: heard,
        speaks: heard >= SPEAKING,
        volume: this.#volumes.get(id) ?? 1,
        isMuted: this.#muted.has(id),
      };
    });
  }
}
