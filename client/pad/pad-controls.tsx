import { useState } from "preact/hooks";
import { DrawingSurface } from "./drawing-surface.tsx";
import type { Messages, PadButton, PadChoices, PadNow, PadOptions, PadText, Reading } from "./pad.tsx";
import { Stick } from "./stick.tsx";

type Now = PadNow<object>;
type Options = PadOptions<object, Messages>;

/** ms of vibration when a button is pressed. */
const PRESS_MS = 12;

const read = <T,>(reading: Reading<object, T> | undefined, now: Now): T | undefined =>
  typeof reading === "function" ? (reading as (now: Now) => T)(now) : reading;
const isShown = (control: { when?: (now: Now) => boolean } | undefined, now: Now): boolean =>
  control !== undefined && (control.when?.(now) ?? true);

/** The controls of a pad, as the state is now. */
export function PadControls({ options, now }: { options: Options; now: Now }) {
  const { drawing, choices, stick, text, buttons = [] } = options;
  const shown = buttons.filter((button) => isShown(button, now));
  const title = read(options.title, now);
  const hint = read(options.hint, now);
  return (
    <main class="pad-sheet">
      <div class="pad-head">
        {title && <h1>{title}</h1>}
        {hint && <p>{hint}</p>}
        {options.show?.(now)}
      </div>
      {drawing && isShown(drawing, now) && <DrawingSurface drawing={drawing} now={now} />}
      {choices && isShown(choices, now) && <Choices choices={choices} now={now} />}
      {stick && isShown(stick, now) && <Stick stick={stick} now={now} label={read(stick.label, now)} />}
      {text && isShown(text, now) && <TextLine text={text} now={now} />}
      {shown.length > 0 && (
        <div class={`pad-buttons of-${Math.min(shown.length, 4)}`}>
          {shown.map((button) => (
            <Button key={`${button.send} ${buttons.indexOf(button)}`} button={button} now={now} />
          ))}
        </div>
      )}
    </main>
  );
}

function Button({ button, now }: { button: PadButton<object, Messages>; now: Now }) {
  const { context } = now;
  const payload = () => read(button.payload, now) ?? {};
  const [down, setDown] = useState(false);
  const press = (isDown: boolean) => {
    if (isDown === down) return;
    setDown(isDown);
    if (isDown) context.vibrate(PRESS_MS);
    context.send(button.send, { ...(payload() as object), down: isDown });
  };
  const held = button.hold && {
    onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      press(true);
    },
    onPointerUp: () => press(false),
    onPointerCancel: () => press(false),
    onLostPointerCapture: () => press(false),
  };
  const tap = () => {
    context.vibrate(PRESS_MS);
    context.send(button.send, payload());
  };
  return (
    <button
      type="button"
      class={`${read(button.go, now) ? "go" : ""} ${down ? "down" : ""}`}
      disabled={read(button.disabled, now)}
      {...(held || { onClick: tap })}
    >
      {read(button.label, now)}
    </button>
  );
}

function Choices({ choices, now }: { choices: PadChoices<object, Messages>; now: Now }) {
  const { context } = now;
  const chosen = choices.chosen?.(now);
  const label = read(choices.label, now);
  return (
    <fieldset class="pad-choices" disabled={read(choices.disabled, now)}>
      {label && <legend>{label}</legend>}
      {choices.of(now).map(({ value, label: text }) => (
        <button
          key={value}
          type="button"
          class={value === chosen ? "chosen" : ""}
          aria-pressed={value === chosen}
          onClick={() => {
            context.vibrate(PRESS_MS);
            context.send(choices.send, choices.payload?.(value) ?? { choice: value });
          }}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}

function TextLine({ text, now }: { text: PadText<object, Messages>; now: Now }) {
  const [line, setLine] = useState("");
  const label = read(text.label, now) ?? "Your text";
  const submit = (event: Event) => {
    event.preventDefault();
    const said = line.trim();
    if (!said) return;
    now.context.send(text.send, text.payload?.(said) ?? { text: said });
    setLine("");
  };
  return (
    <form class="pad-text" onSubmit={submit}>
      <input
        aria-label={label}
        placeholder={label}
        value={line}
        maxLength={text.max ?? 60}
        autoComplete="off"
        autoCorrect="off"
        spellcheck={false}
        enterKeyHint="send"
        onInput={(event) => setLine(event.currentTarget.value)}
      />
      <button type="submit" class="go" disabled={!line.trim()}>
        {text.button ?? "Send"}
      </button>
    </form>
  );
}
