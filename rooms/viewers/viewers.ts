import { type Client, generateId, matchMaker, type Room } from "@colyseus/core";
import { CLOSE, type Refusal, RoomkeepError, readErrorCode, refuse } from "../../shared/index.ts";
import { type ChatLine, RECONNECT_S, roomMessages } from "../../shared/internal.ts";
import { maskObscene } from "../messaging/obscenity.ts";
import type { PluginParts } from "../plugins.ts";
import type { Identity, LiveSanction, Log, Ports } from "../ports/ports.ts";
import { internalsOf } from "../transport/internals.ts";
import type { Strikes } from "../transport/strikes.ts";
import { orJoinError } from "../travel/join-error.ts";
import { DelayLine } from "./delay-line.ts";
import type { Sight } from "./sight.ts";
import type { KeptViewer, Viewer } from "./viewer.ts";
import type { ViewerKind } from "./viewer-kind.ts";
import type { ViewerLimits } from "./viewer-limits.ts";
import { openViewerMessages, type ViewerMessages } from "./viewer-messages.ts";
import { openViewerPlaces, waitingPlaceOf } from "./viewer-places.ts";

/** How often a room without players looks whether it is over, ms. */
const LOOK_MS = 1_000;

/** Viewers of all rooms of this process. */
export const VIEWING: Record<ViewerKind, number> = { spectator: 0, screen: 0 };

/** A room's side of its viewers. */
export interface ViewersHost {
  readonly room: Room<{ metadata: object }>;
  readonly limits: ViewerLimits;
  readonly ports: Pick<Ports, "seats" | "signIns" | "accountLimits">;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly strikes: Strikes;
  /**
   * Asks what a player's join asks of the account, beside its claim and what moderators have given.
   * @throws KICKED, INSTANCE_CLOSED
   */
  admit(identity: Identity): Promise<void>;
  /** What is in force of somebody who comes to watch. @throws BANNED */
  sanctions(identity: Identity): Promise<readonly LiveSanction[]>;
  entered(viewer: Viewer, sanctions: readonly LiveSanction[]): void;
  /** What plugins read of an account before it watches, and what they are told of it. */
  readonly plugins: Pick<PluginParts, "load" | "watched" | "unwatched" | "viewerHears">;
  /** After an edit of the state's classes: who stayed connected cannot read it. */
  isReshaped(): boolean;
  /** The viewpoints of a room with a world. */
  sight(viewers: ReadonlyMap<string, Viewer>): Sight | undefined;
  /** The client has gone for good. */
  forget(client: Client): void;
  /** A room of edited code has taken over: what happens here is nobody's business any more. */
  isReplaced(): boolean;
}

/** The part of a room that has viewers. Made by {@link openViewers}. */
export interface ViewersOfRoom {
  readonly all: ReadonlyMap<string, Viewer>;
  readonly sight: Sight | undefined;
  /** Registers a message that viewers may send. */
  readonly on: ViewerMessages["on"];
  /** Looks at a frame of any client that is well formed. False: the room does not get it. */
  mayReceive(client: Client, frame: Uint8Array): boolean;
  /** A message of a client that is no player. @returns what a request is answered */
  receive(client: Client, type: string, payload: unknown): unknown;
  /** Frees a place that was not taken yet. False: it is no viewer's. */
  free(sessionId: string): boolean;
  /** Closes the connections of viewers whose sign-in has ended. */
  signOut(signInIds: ReadonlySet<string>): void;
  /** Sends a viewer something at once, whatever the delay. */
  tell(viewer: Viewer, type: string, message: unknown): void;
  /** Closes the connection of one. */
  remove(viewer: Viewer, code: number, reason: string): void;
  /** Closes the connections of an account's viewers: the leader has kicked it. */
  kick(accountId: string): void;
  /** Closes the connections of all. */
  sendAway(code: number, reason: string): void;
  /** For the room that takes over after an edit, and from the one before. */
  keep(): KeptViewer[];
  adopt(kept: readonly KeptViewer[]): void;
  close(): void;
}

/**
 * Opens a room for screens and spectators. They come and go by Colyseus's hooks, which are wrapped on the
 * room: what the room and its game do at a join, a drop or a leave is about players alone.
 */
export function openViewers(host: ViewersHost): ViewersOfRoom {
  const { room, limits, ports, log } = host;
  const inside = internalsOf(room);
  const all = new Map<string, Viewer>();
  /** Viewers of the room before, who return by themselves. */
  const expected = new Map<string, Identity>();
  const places = openViewerPlaces(room, { limits, seats: ports.seats, changed: () => tellCounts() });
  const sight = host.sight(all);
  const line =
    limits.delayMs.spectator > 0
      ? new DelayLine({
          delayMs: limits.delayMs.spectator,
          full: (client) => client.leave(CLOSE.TOO_SLOW, "the room keeps too much for its spectators"),
        })
      : undefined;
  const promptly = (send: () => void) => (line ? line.promptly(send) : send());
  const messages = openViewerMessages({
    strikes: host.strikes,
    now: () => room.clock.elapsedTime,
    promptly: (_viewer, send) => promptly(send),
    failed: (type, err) => log.error({ err, type }, "a viewer's message could not be answered"),
  });
  messages.on("seat.take", roomMessages["seat.take"], (viewer) => takeSeat(viewer));
  if (limits.mayChat) messages.on("chat", roomMessages.chat, chat);
  sight?.register(messages);

  const { onJoin, onDrop, onReconnect, onLeave } = room;
  room.onJoin = (client, options, identity) =>
    places.has(client.sessionId)
      ? enter(client, expected.get(client.sessionId) ?? (identity as Identity))
      : onJoin?.call(room, client, options, identity);
  room.onDrop = (client, code) =>
    places.has(client.sessionId) ? drop(client, code) : onDrop?.call(room, client, code);
  room.onReconnect = (client) =>
    places.has(client.sessionId) ? comeBack(client) : onReconnect?.call(room, client);
  room.onLeave = (client, code) =>
    places.has(client.sessionId) ? leave(client, code) : onLeave?.call(room, client, code);
  const sendFullState = inside.sendFullState.bind(room);
  inside.sendFullState = (client) => {
    const viewer = all.get(client.sessionId);
    if (viewer) tellPlace(viewer);
    sendFullState(client);
  };

  const hasFreeSeat = () => !room.locked && !room.hasReachedMaxClients();
  let wasFree = hasFreeSeat();

  function tellPlace({ as, client }: Viewer): void {
    const delayS = limits.delayMs[as] / 1000;
    const isSpectator = as === "spectator";
    const chat = isSpectator && limits.mayChat;
    promptly(() => client.send("viewer", { as, delayS, chat, seat: isSpectator && hasFreeSeat() }));
  }

  /** Spectators are told when a seat is free, and when none is any more. */
  function tellSeats(): void {
    if (wasFree === hasFreeSeat()) return;
    wasFree = !wasFree;
    for (const viewer of all.values()) if (viewer.as === "spectator") tellPlace(viewer);
  }

  async function enter(client: Client, identity: Identity): Promise<void> {
    const { as = "spectator" } = identity;
    void ports.seats.end(waitingPlaceOf(identity), client.sessionId);
    await orJoinError(host.admit(identity));
    const sanctions = await orJoinError(host.sanctions(identity));
    await orJoinError(host.plugins.load(identity));
    const viewer: Viewer = {
      sessionId: client.sessionId,
      as,
      identity,
      name: identity.name ?? "",
      client,
      hold: undefined,
      mutedUntilMs: 0,
    };
    // As a player who was in the room before the edit.
    if (expected.delete(client.sessionId) && host.isReshaped())
      setImmediate(() => client.leave(CLOSE.RESHAPED, "the state has other classes now"));
    all.set(client.sessionId, viewer);
    VIEWING[as] += 1;
    host.plugins.watched(identity.accountId);
    host.entered(viewer, sanctions);
    show(viewer);
    log.info({ viewer: client.sessionId, as }, "viewer joined");
  }

  function show(viewer: Viewer): void {
    if (viewer.as === "spectator") line?.delay(viewer.client);
    sight?.enter(viewer);
    watchForEnd();
  }

  function drop(client: Client, code: number | undefined): void {
    line?.forget(client);
    const viewer = all.get(client.sessionId);
    if (!viewer || host.isReplaced() || isFinal(code)) return;
    viewer.hold = room.allowReconnection(client, RECONNECT_S);
    // A place that runs out ends in onLeave.
    viewer.hold.catch(() => {});
  }

  async function comeBack(client: Client): Promise<void> {
    const viewer = all.get(client.sessionId);
    const { signInId } = viewer?.identity ?? {};
    const isGood = signInId === undefined || (await ports.signIns.isGood(signInId));
    if (!viewer || !isGood) return client.leave(CLOSE.SIGNED_OUT, "signed-out");
    viewer.client = client;
    viewer.hold = undefined;
    show(viewer);
  }

  function leave(client: Client, code: number | undefined): void {
    const { sessionId } = client;
    const viewer = all.get(sessionId);
    places.leave(sessionId);
    expected.delete(sessionId);
    if (!viewer || !all.delete(sessionId)) return;
    VIEWING[viewer.as] -= 1;
    host.plugins.unwatched(viewer.identity.accountId);
    line?.forget(viewer.client);
    sight?.forget(sessionId);
    host.forget(viewer.client);
    log.info({ viewer: sessionId, as: viewer.as, code }, "viewer left");
  }

  function close({ client, hold }: Viewer, code: number, reason: string): void {
    client.leave(code, reason);
    hold?.reject(new Error(reason));
  }

  /** For room lists, and for who looks for a place to watch from. */
  function tellCounts(): void {
    if (host.isReplaced()) return;
    const watching = { spectator: places.count("spectator"), screen: places.count("screen") };
    room.setMatchmaking({ metadata: { ...room.metadata, watching } }).catch((err: unknown) => {
      log.warn({ err }, "the list of rooms does not know who watches");
    });
  }

  let emptySinceMs: number | undefined;
  let looking: { clear(): void } | undefined;
  /** A room that only viewers are in is over. */
  function watchForEnd(): void {
    looking ??= room.clock.setInterval(() => {
      tellSeats();
      if (all.size > 0 && !places.hasPlayers() && room.autoDispose) return endLater();
      emptySinceMs = undefined;
      if (all.size > 0) return;
      looking?.clear();
      looking = undefined;
    }, LOOK_MS);
  }

  /** A screen waits for its party; spectators see the end as late as all else. */
  function endLater(): void {
    const now = room.clock.elapsedTime;
    emptySinceMs ??= now;
    const waitMs = places.count("screen") > 0 ? limits.screenWaitMs : limits.delayMs.spectator;
    if (now - emptySinceMs >= waitMs) sendAway(CLOSE.ROOM_ENDED, "nobody plays here any more");
  }

  function sendAway(code: number, reason: string): void {
    for (const viewer of [...all.values()]) close(viewer, code, reason);
  }

  /**
   * Reserves a seat for a spectator, who takes it by a connection of its own: with the claim of the
   * character, and all that a player's join asks.
   */
  async function takeSeat(viewer: Viewer): Promise<Refusal | undefined> {
    if (viewer.as === "screen") return refuse("VIEWER_ONLY", "A screen has no seat.");
    if (room.locked || room.hasReachedMaxClients()) return refuse("ROOM_FULL");
    const { as: _as, ...identity } = viewer.identity;
    if (identity.signInId !== undefined && !(await ports.signIns.isGood(identity.signInId)))
      return refuse("TOKEN_REVOKED");
    const sessionId = generateId();
    const player = { ...identity, sessionId };
    try {
      await host.admit(player);
      await ports.seats.take(player, sessionId);
      const seat = await matchMaker.reserveSeatFor(inside._listing, {}, player);
      promptly(() => viewer.client.send("seat.taken", { seat }));
      return undefined;
    } catch (error) {
      if (error instanceof RoomkeepError) return refuse(error.code, error.message);
      // Somebody was quicker.
      const { code } = readErrorCode(error instanceof Error ? error.message : "");
      if (code === "ROOM_FULL") return refuse("ROOM_FULL");
      throw error;
    }
  }

  /** Who watches knows more than who plays: no player reads it. */
  async function chat(viewer: Viewer, { text }: { text: string }): Promise<Refusal | undefined> {
    const { accountId, characterId: character } = viewer.identity;
    if (viewer.mutedUntilMs > Date.now()) return refuse("MUTED");
    const counted = await ports.accountLimits.countLine(accountId);
    if (counted) return counted;
    const chatLine: ChatLine = {
      from: viewer.sessionId,
      character,
      name: viewer.name,
      text: maskObscene(text),
    };
    promptly(() => {
      for (const { client, as, identity } of all.values())
        if (as === "spectator" && host.plugins.viewerHears(identity.accountId, accountId))
          client.send("chat", chatLine);
    });
    return undefined;
  }

  return {
    all,
    sight,
    on: messages.on,
    mayReceive(client, frame) {
      const viewer = all.size > 0 ? all.get(client.sessionId) : undefined;
      return viewer === undefined || messages.mayReceive(viewer, frame);
    },
    receive(client, type, payload) {
      const viewer = all.get(client.sessionId);
      return viewer && messages.receive(viewer, type, payload);
    },
    free: places.free,
    signOut(signInIds) {
      for (const viewer of [...all.values()])
        if (signInIds.has(viewer.identity.signInId ?? "")) close(viewer, CLOSE.SIGNED_OUT, "signed-out");
    },
    tell: ({ client }, type, message) => promptly(() => client.send(type, message)),
    remove: close,
    kick(accountId) {
      for (const viewer of [...all.values()])
        if (viewer.identity.accountId === accountId) close(viewer, CLOSE.KICKED, "kicked");
    },
    sendAway,
    keep: () => [...all.values()].map(({ sessionId, identity }) => ({ sessionId, identity })),
    adopt(kept) {
      for (const { sessionId, identity } of kept)
        if (inside._reservedSeats[sessionId]) expected.set(sessionId, identity);
      places.adopt(new Map([...expected].map(([id, { as = "spectator" }]) => [id, as])));
    },
    close: () => line?.close(),
  };
}

/** True for close codes of ours, after which the place is not kept. */
function isFinal(code: number | undefined): boolean {
  if (code === CLOSE.CLOSED) return true;
  return code !== undefined && code >= CLOSE.TAKEN_OVER && code <= CLOSE.BANNED;
}
