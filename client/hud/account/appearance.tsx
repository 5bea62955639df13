import type { Signal } from "@preact/signals";
import { COLORS } from "../../../shared/index.ts";
import { NAME_MAX, playerName, SHAPES } from "../../../shared/internal.ts";
import { suggestName } from "../../account/name-suggestions.ts";
import type { Appearance } from "../../network/api.ts";
import { radioKeys } from "./radios.ts";

const OUTLINES: Record<(typeof SHAPES)[number], string> = {
  bean: "M12 3c5 0 7 4 7 10s-2 15-7 15-7-9-7-15 2-10 7-10z",
  cube: "M8 7h8a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V11a4 4 0 0 1 4-4z",
  cone: "M12 2c2 0 3 2 4 6l5 16c0 3-3 4-9 4s-9-1-9-4L8 8c1-4 2-6 4-6z",
  drop: "M12 1c1 6 9 10 9 18 0 6-4 9-9 9s-9-3-9-9C3 11 11 7 12 1z",
};

/** What the colours are called, in the order of COLORS. */
const COLOR_NAMES = [
  "Coral",
  "Orange",
  "Yellow",
  "Green",
  "Mint",
  "Blue",
  "Indigo",
  "Violet",
  "Pink",
  "Grey",
] as const satisfies { readonly length: (typeof COLORS)["length"] };

/** The name, and a button that suggests another. */
export function NameField({ appearance }: { appearance: Signal<Appearance> }) {
  const problem = playerName.safeParse(appearance.value.name).error?.issues[0]?.message;
  return (
    <label>
      <span class="label">Your name</span>
      <span class="row">
        <input
          name="name"
          autoComplete="nickname"
          value={appearance.value.name}
          maxLength={NAME_MAX * 2}
          aria-invalid={Boolean(problem)}
          aria-describedby="name-problem"
          onInput={(event) => {
            appearance.value = { ...appearance.value, name: event.currentTarget.value };
          }}
        />
        <button
          type="button"
          title="Suggest another name"
          aria-label="Suggest another name"
          onClick={() => {
            appearance.value = { ...appearance.value, name: suggestName() };
          }}
        >
          ⟳
        </button>
      </span>
      <small id="name-problem" style={{ color: "#b03a1c" }}>
        {problem ? `The name ${problem}.` : ""}
      </small>
    </label>
  );
}

/** Colour and shape. */
export function AppearanceFields({ appearance }: { appearance: Signal<Appearance> }) {
  const set = (change: Partial<Appearance>) => {
    appearance.value = { ...appearance.value, ...change };
  };
  return (
    <>
      <span class="label" id="color-label">
        Colour
      </span>
      <div
        class="swatches"
        role="radiogroup"
        aria-labelledby="color-label"
        onKeyDown={radioKeys(COLORS.length, (color) => set({ color }))}
      >
        {COLORS.map((color, index) => (
          // biome-ignore lint/a11y/useSemanticElements: a native radio cannot be drawn as a dot of colour
          <button
            key={color}
            type="button"
            role="radio"
            aria-checked={appearance.value.color === index}
            aria-label={COLOR_NAMES[index]}
            title={COLOR_NAMES[index]}
            tabIndex={appearance.value.color === index ? 0 : -1}
            style={{ background: color }}
            onClick={() => set({ color: index })}
          />
        ))}
      </div>
      <span class="label" id="shape-label">
        Shape
      </span>
      <div
        class="shapes"
        role="radiogroup"
        aria-labelledby="shape-label"
        onKeyDown={radioKeys(SHAPES.length, (shape) => set({ shape }))}
      >
        {SHAPES.map((shape, index) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <button
            key={shape}
            type="button"
            role="radio"
            aria-checked={appearance.value.shape === index}
            tabIndex={appearance.value.shape === index ? 0 : -1}
            onClick={() => set({ shape: index })}
          >
            <Figure color={appearance.value.color} shape={index} />
            {shape}
          </button>
        ))}
      </div>
    </>
  );
}

/** A small picture of a character. Indices into COLORS and SHAPES. */
export function Figure({ color, shape }: { color: number; shape: number }) {
  return (
    <svg viewBox="0 0 24 30" aria-hidden="true">
      <path d={OUTLINES[SHAPES[shape] ?? "bean"]} fill={COLORS[color]} />
      <circle cx="9" cy="14" r="1.8" fill="#2b2238" />
      <circle cx="15" cy="14" r="1.8" fill="#2b2238" />
    </svg>
  );
}
