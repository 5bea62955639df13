import type { GameState } from "../../shared/index.ts";
import { addStyle } from "../hud/add-style.ts";
import type { MountPanel, PanelViewContext } from "../panel-view.ts";
import type { Messages, PadNow, PadOptions } from "./pad.tsx";
import { PadControls } from "./pad-controls.tsx";
import { padStyle } from "./style.ts";

/**
 * Declares what a phone shows of a game: large controls that send the game's messages, for one hand. The
 * screen stays lit, a press is felt, nothing zooms, scrolls or is selected, and a phone that was locked comes
 * back to its seat. Functions of the state are read anew whenever it has changed.
 *
 * @example
 * export const pad = definePad<QuizState, { answer: { choice: string }; ready: { ready: boolean } }>({
 *   title: ({ state }) => state.question,
 *   choices: {
 *     when: ({ state }) => state.phase === "question",
 *     of: ({ state }) => [...state.answers].map((label, i) => ({ value: String(i), label })),
 *     send: "answer",
 *   },
 *   buttons: [
 *     {
 *       label: ({ me }) => (me?.ready ? "Ready" : "I am ready"),
 *       when: ({ state }) => state.phase === "lobby",
 *       send: "ready",
 *       payload: ({ me }) => ({ ready: !me?.ready }),
 *       go: true,
 *     },
 *   ],
 * });
 */
export function definePad<S extends object = GameState, M extends object = Messages>(
  options: PadOptions<S, M>,
): MountPanel<S> {
  return (_root, context) => {
    const stopStyle = addStyle(padStyle);
    const now = (): PadNow<S> => ({ state: context.room.state, me: context.me(), context });
    const stopBuzz = followBuzz(options, context, now);
    context.show(() => (
      <PadControls
        options={options as unknown as PadOptions<object, Messages>}
        now={now() as unknown as PadNow<object>}
      />
    ));
    return () => {
      stopBuzz();
      stopStyle();
    };
  };
}

/** ms of vibration and pause. */
const BUZZ = [70, 50, 70];

function followBuzz<S extends object, M extends object>(
  { buzz }: PadOptions<S, M>,
  context: PanelViewContext<S>,
  now: () => PadNow<S>,
): () => void {
  if (!buzz) return () => {};
  let was = false;
  const follow = () => {
    const is = buzz(now());
    if (is && !was) context.vibrate(BUZZ);
    was = is;
  };
  follow();
  context.onChange(follow);
  return () => {};
}
