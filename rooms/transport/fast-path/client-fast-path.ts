import { type Client, ClientState, Protocol, type Room } from "@colyseus/core";
import { WebSocket } from "ws";
import { openFrameCheck, typeOfRequest } from "../frame-validation.ts";
import { inputFormOf } from "../input-form.ts";
import { type AnyClient, decoderRootOf, internalsOf, type RoomInternals } from "../internals.ts";
import { limitOf } from "../socket-limits.ts";
import { readDirectly } from "../socket-reader.ts";
import { openStrikes, type Strikes } from "../strikes.ts";
import { usesFastPath } from "./fast-paths.ts";

/**
 * Receives the frames of a room's clients in place of `room._onMessage`. A frame that the SDK would not send
 * is a strike and goes no further: see {@link openFrameCheck}. Rooms cannot define inputs whose form cannot
 * be checked. These checks are always on; the rest are fast paths, each with its name in {@link FAST_PATHS}.
 *
 * "socket-read": input frames come to the room directly, see {@link readDirectly}.
 *
 * "client-shape": Colyseus ends a join by `delete client._enqueuedMessages`, and V8 keeps an object that lost
 * a field as a hash table from then on: each `client.state` or `client.ref` is a look-up, some twenty a
 * client and tick. Here the join is acknowledged as it is there, but the field is set to undefined, which has
 * the same meaning to its readers.
 *
 * @param arrived is called before a frame is looked at
 * @param mayReceive looks at a well formed frame; false: the room does not get it
 * @throws INPUT_SCHEMA_INVALID if the room's inputs are not of numbers and booleans only, now or when they
 *   are defined
 */
export function installClientFastPath(
  room: Room,
  strikes = openStrikes(() => room.clock.elapsedTime),
  framesPerSecond: () => number | undefined = () => undefined,
  arrived: () => void = () => {},
  mayReceive: (client: Client, frame: Uint8Array) => boolean = () => true,
): void {
  const internals = internalsOf(room);
  const stock = Object.getPrototypeOf(internals) as RoomInternals;
  checkInputs(internals, stock);
  const check = openFrameCheck(room);
  const keepsShape = usesFastPath("client-shape");
  internals._onMessage = (client: AnyClient, frame, isBinary = true) => {
    if (client.state === ClientState.LEAVING || isOut(strikes, client)) return;
    arrived();
    const fault = check(client, frame, isBinary);
    if (fault !== undefined) return strikes.add(client, fault);
    if (frame[0] === Protocol.JOIN_ROOM) {
      if (keepsShape) acknowledge(room, internals, client);
      else stock._onMessage.call(room, client, frame);
      limitOf(client.ref as unknown as WebSocket)?.allow(framesPerSecond());
      return quicken(internals, client);
    }
    if (!mayReceive(client, frame)) return;
    if (frame[0] === Protocol.ROOM_REQUEST && !internals.onMessageEvents.events[typeOfRequest(frame)])
      strikes.add(client, "an unknown request");
    stock._onMessage.call(room, client, frame);
  };
}

/** Runs once a frame: most sockets are open, and few of the others were closed for strikes. */
function isOut(strikes: Strikes, client: Client): boolean {
  return (client.ref as unknown as WebSocket).readyState !== WebSocket.OPEN && strikes.isOut(client);
}

/** @throws INPUT_SCHEMA_INVALID */
function checkInputs(internals: RoomInternals, stock: RoomInternals): void {
  const defined = internals._inputController?.options.ctor;
  if (defined !== undefined) inputFormOf(defined);
  internals.defineInput = (type, options) => {
    inputFormOf(type);
    return stock.defineInput.call(internals, type, options);
  };
}

/** As Colyseus acknowledges a join, see src/Room.ts, `_onMessage`; but no field of the client is deleted. */
function acknowledge({ state, clock }: Room, internals: RoomInternals, client: AnyClient): void {
  const early = client._enqueuedMessages ?? [];
  client.state = ClientState.JOINED;
  client._joinedAt = clock.elapsedTime;
  if (state) internals.sendFullState(client);
  for (const message of early) client.raw(message as Uint8Array);
  client._enqueuedMessages = undefined;
}

/** Puts a joined client on the fast paths of its inputs. */
function quicken(internals: RoomInternals, client: AnyClient): void {
  readDirectly(client, (message) => internals._onMessage(client, message));
  if (usesFastPath("input-sweep")) skipEmptySweeps(client);
}

/**
 * A decoder searches for dropped references after each input frame. Inputs hold none, and it costs as much as
 * decoding.
 */
function skipEmptySweeps(client: AnyClient): void {
  const root = decoderRootOf(client);
  const sweep = root?.garbageCollectDeletedRefs;
  if (root === undefined || sweep === undefined) return;
  root.garbageCollectDeletedRefs = () => {
    if (root.deletedRefs.size > 0) sweep.call(root);
  };
}
