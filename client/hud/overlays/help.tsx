import { Panel } from "../panel.tsx";

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["W", "A", "S", "D"], "walk; the arrow keys do the same"],
  [["Shift"], "run"],
  [["Space"], "jump"],
  [["drag", "Q", "E"], "look around"],
  [["wheel", "pinch"], "move the camera nearer or farther"],
  [["Enter"], "write in the chat; Enter again sends the line"],
  [["/w", "/p"], "in the chat: /w Name text whispers, /p text writes to your party"],
  [["1", "–", "6"], "wave, heart, laugh, wow, dance, sleep"],
  [["B", "F"], "open your bag, in games that have one; take the nearest item"],
  [["H"], "open this help"],
  [["/"], "open the room's console; Tab completes a command"],
  [["F3"], "draw colliders and triggers, and show what a tick costs"],
];

/** The controls. */
export function Help({ close }: { close(): void }) {
  return (
    <Panel title="How to play" close={close}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <p>
        On a phone, walk with the left thumb, jump and run with the right thumb, and drag on the world to look
        around. A gamepad works too. You can push crates and balls.
      </p>
    </Panel>
  );
}
