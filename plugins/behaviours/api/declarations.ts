/**
 * Types of the API inside of a sandbox, as TypeScript: for an editor, for a check of scripts, and for the
 * docs. What a script has beside it is ECMAScript without `Date`, `Proxy`, typed arrays, modules and timers.
 */
export const apiDeclarations = `/** An actor that the script sees. Metres and radians; y is up, yaw 0 looks along +z. */
interface Seen {
  readonly id: string;
  /** "avatar", or what the game calls it. */
  readonly kind: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
  /** On the ground plane. */
  readonly distance: number;
}
/** A place on the ground. */
interface Place {
  readonly x: number;
  readonly z: number;
}
/** What JSON can hold. */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The actor that runs this script. */
declare const self: {
  readonly id: string;
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
  /** Whether it is on its way to a place. */
  readonly moving: boolean;
  /** What the game lets the script know of it. */
  readonly [field: string]: Json;
};
/** Number of the room's tick. */
declare const tick: number;
/** Simulated seconds since the room's world began. */
declare const time: number;
/** Kept with the actor: a JSON object of at most 1,024 bytes. All else may be lost at any time. */
declare let memory: { [key: string]: Json };

/** Actors within so many metres, nearest first: at most 16, as far as it may see. 8 calls a decision. */
declare function near(radius: number, kind?: string): Seen[];
/** Says a line, at most 200 characters. */
declare function say(text: string): void;
/** Walks to a place until it is there, or another order comes. */
declare function moveTo(place: Place, options?: { run?: boolean }): void;
declare function moveTo(x: number, z: number, options?: { run?: boolean }): void;
/** Stands still. */
declare function stop(): void;
/** Turns to a place, or to a yaw in radians. */
declare function face(place: Place): void;
declare function face(yaw: number): void;
/** No "decide" for so many seconds; what happens in between still comes. */
declare function wait(seconds: number): void;
/** Is called at each decision, some times a second. One handler an event; a second one takes its place. */
declare function on(event: "decide", handler: () => void): void;
/** It came to where moveTo sent it. */
declare function on(event: "arrived", handler: () => void): void;
/** It could not go on. */
declare function on(event: "blocked", handler: () => void): void;
/** An event of the game or of another behaviour, and the actor that it is from. */
declare function on(event: string, handler: (payload: any, from: string | null) => void): void;
/** Tells an event to behaviours near by and to the game. Its payload has at most 512 bytes. */
declare function emit(name: string, payload?: Json): void;
/** Sets fields of a component of the own actor that this behaviour may write. */
declare function set(component: string, values: { [field: string]: string | number | boolean }): void;
/** Chance from 0 to below 1, the same in a repetition. Math.random is the same. */
declare function random(): number;
`;
