import { type Client, type ClientPrivate, ClientState, Protocol, type Room } from "@colyseus/core";
import { WebSocket } from "ws";
import { openFrameCheck, typeOfRequest } from "./frame-validation.ts";
import { inputFormOf } from "./input-form.ts";
import { readDirectly } from "./socket-reader.ts";
import { openStrikes, type Strikes } from "./strikes.ts";

/** The parts of a room that its types hide. */
interface Inside {
  readonly _inputController?: { readonly options: { readonly ctor: object } };
  readonly onMessageEvents: { readonly events: Readonly<Record<string, unknown>> };
  defineInput(type: object, options?: object): unknown;
  _onMessage(client: Client, message: Uint8Array, isBinary?: boolean): void;
  sendFullState(client: Client): void;
}
/** The parts of an input decoder that its types hide. */
interface InputDecoding {
  readonly _decoder?: {
    readonly root: { readonly deletedRefs: ReadonlySet<number>; garbageCollectDeletedRefs?(): void };
  };
}
type AnyClient = Client & Partial<ClientPrivate>;

/**
 * Takes what clients send. What no page sends is a strike and goes no further: see {@link openFrameCheck}. Nor may the room
 * define inputs whose form cannot be checked.
 *
 * Makes quick what is done for each client in each tick: input frames come to the room directly, see {@link readDirectly}.
 *
 * And the clients' objects stay quick to read. Colyseus ends a join by `delete client._enqueuedMessages`, and V8
 * keeps an object that lost a field as a hash table from then on: every `client.state` or `client.ref` is looked up, some
 * twenty times a client and tick. Here an acknowledged join goes as it goes there, but the field is set to undefined, which
 * means the same to all who ask for it.
 *
 * @see `@colyseus/core` src/Room.ts, `_onMessage` (0.18.17)
 * @throws INPUT_SCHEMA_INVALID if the room's inputs are not of numbers and booleans only, now or when they are defined
 */
export function installClientFastPath(room: Room, strikes = openStrikes(() => room.clock.elapsedTime)): void {
  const inside = room as unknown as Inside;
  const usual = Object.getPrototypeOf(inside) as Inside;
  checkInputs(inside, usual);
  const check = openFrameCheck(room);
  inside._onMessage = (client: AnyClient, frame, isBinary = true) => {
    if (client.state === ClientState.LEAVING || isOut(strikes, client)) return;
    const fault = check(client, frame, isBinary);
    if (fault !== undefined) return strikes.add(client, fault);
    if (frame[0] === Protocol.JOIN_ROOM) return acknowledge(room, inside, client);
    if (frame[0] === Protocol.ROOM_REQUEST && !inside.onMessageEvents.events[typeOfRequest(frame)])
      strikes.add(client, "an unknown request");
    usual._onMessage.call(room, client, frame);
  };
}

/** Asked for each frame: most sockets are open, and those of the others that were struck out are few. */
function isOut(strikes: Strikes, client: Client): boolean {
  return (client.ref as unknown as WebSocket).readyState !== WebSocket.OPEN && strikes.isOut(client);
}

/** @throws INPUT_SCHEMA_INVALID */
function checkInputs(inside: Inside, usual: Inside): void {
  const defined = inside._inputController?.options.ctor;
  if (defined !== undefined) inputFormOf(defined);
  inside.defineInput = (type, options) => {
    inputFormOf(type);
    return usual.defineInput.call(inside, type, options);
  };
}

function acknowledge({ state, clock }: Room, inside: Inside, client: AnyClient): void {
  const early = client._enqueuedMessages ?? [];
  client.state = ClientState.JOINED;
  client._joinedAt = clock.elapsedTime;
  if (state) inside.sendFullState(client);
  for (const message of early) client.raw(message as Uint8Array);
  client._enqueuedMessages = undefined;
  readDirectly(client, (message) => inside._onMessage(client, message));
  spareSweep(client);
}

/** After each input frame its decoder looks for references that are gone. Inputs hold none, and looking costs as much as decoding. */
function spareSweep({ _inputDecoder }: { _inputDecoder?: object }): void {
  const root = (_inputDecoder as InputDecoding | undefined)?._decoder?.root;
  const sweep = root?.garbageCollectDeletedRefs;
  if (root === undefined || sweep === undefined) return;
  root.garbageCollectDeletedRefs = () => {
    if (root.deletedRefs.size > 0) sweep.call(root);
  };
}
