import type { ComponentChild } from "preact";
import type { GameState, StrokeBatch } from "../../shared/index.ts";
import type { PanelViewContext, SeatOf } from "../panel-view.ts";
import type { Stroke } from "./drawing.ts";

/** What a pad shows depends on this: the state, and the own seat. */
export interface PadNow<S extends object = GameState> {
  readonly state: S;
  readonly me: SeatOf<S> | undefined;
  readonly context: PanelViewContext<S>;
}

/** A value, or how it is read from the state each time that has changed. */
export type Reading<S extends object, T> = T | ((now: PadNow<S>) => T);

/** Message types of a game with their payloads, where the game does not say which. */
export type Messages = Record<string, object>;

/** A message type, and its payload. */
type Sending<S extends object, M extends object> = {
  [T in keyof M & string]: { readonly send: T; readonly payload?: Reading<S, M[T]> };
}[keyof M & string];

/** A message type, and the payload that a value becomes. */
type SendingOf<M extends object, V> = {
  [T in keyof M & string]: {
    readonly send: T;
    /** Makes the payload. Default: the object that the control's docstring names. */
    readonly payload?: (value: V) => M[T];
  };
}[keyof M & string];

/** What every control may have. */
interface Control<S extends object> {
  /** When it is shown. Default: always. */
  readonly when?: (now: PadNow<S>) => boolean;
  readonly label?: Reading<S, string>;
}

/** A large button: sends its payload, by default `{}`. */
export type PadButton<S extends object, M extends object> = Control<S> &
  Sending<S, M> & {
    readonly label: Reading<S, string>;
    /** True: the button of the moment, in the accent's colour. */
    readonly go?: Reading<S, boolean>;
    readonly disabled?: Reading<S, boolean>;
    /** True: sends the payload with `down: true` when pressed and with `down: false` when let go. */
    readonly hold?: boolean;
  };

/** A stick under the thumb: sends `{ x, y }`, each −1…1, y upwards, as it moves and when it is let go. */
export type PadStick<S extends object, M extends object> = Control<S> &
  SendingOf<M, { x: number; y: number }> & {
    /** Most messages a second. Default: 15. */
    readonly perSecond?: number;
  };

/** A line of text: sends `{ text }`. */
export type PadText<S extends object, M extends object> = Control<S> &
  SendingOf<M, string> & {
    /** Most characters. Default: 60. */
    readonly max?: number;
    /** Text of the button. Default: "Send". */
    readonly button?: string;
  };

/** Choices, one below the other: sends `{ choice }`. */
export type PadChoices<S extends object, M extends object> = Control<S> &
  SendingOf<M, string> & {
    readonly of: (now: PadNow<S>) => readonly { readonly value: string; readonly label: string }[];
    /** The value that is marked. */
    readonly chosen?: (now: PadNow<S>) => string | undefined;
    readonly disabled?: Reading<S, boolean>;
  };

/** A drawing: sends pieces of strokes (`strokeBatch`) 20 times a second while a finger draws. */
export type PadDrawing<S extends object, M extends object> = Control<S> &
  SendingOf<M, StrokeBatch> & {
    /** Message type of the button that takes the last stroke back, with `{}`. Without: no button. */
    readonly undo?: keyof M & string;
    /** Message type of the button that empties the drawing; its payload is `{}`. */
    readonly clear?: keyof M & string;
    /** CSS colours to choose from. */
    readonly colors?: readonly string[];
    /** Widths of the pen to choose from, in the drawing's units. Default: 10, 26 and 60. */
    readonly widths?: readonly number[];
    /** What is drawn already, for a pad that was reloaded. */
    readonly strokes?: (now: PadNow<S>) => Iterable<Stroke>;
  };

/** The controls of a pad, from the top: title, hint; drawing, choices, stick; text, buttons. */
export interface PadOptions<S extends object, M extends object> {
  readonly title?: Reading<S, string>;
  readonly hint?: Reading<S, string>;
  /** Anything of the game's own, between the hint and the controls. */
  readonly show?: (now: PadNow<S>) => ComponentChild;
  readonly drawing?: PadDrawing<S, M>;
  readonly choices?: PadChoices<S, M>;
  readonly stick?: PadStick<S, M>;
  readonly text?: PadText<S, M>;
  readonly buttons?: readonly PadButton<S, M>[];
  /** When this becomes true the phone vibrates: your turn. */
  readonly buzz?: (now: PadNow<S>) => boolean;
}
