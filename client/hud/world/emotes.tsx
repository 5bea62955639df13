import { EMOTES } from "../../../shared/internal.ts";
import { emoteImage } from "../../scene/emote-art.ts";

const IMAGES: string[] = [];

/** A button for each emote. */
export function Emotes({ emote }: { emote(index: number): void }) {
  if (IMAGES.length === 0) IMAGES.push(...EMOTES.map((_, index) => emoteImage(index)));
  return (
    <div class="emotes" role="toolbar" aria-label="Emotes">
      {EMOTES.map((name, index) => (
        <button
          key={name}
          type="button"
          title={`${name} (${index + 1})`}
          aria-label={name}
          onClick={() => emote(index)}
        >
          <img src={IMAGES[index]} alt="" draggable={false} />
          <kbd>{index + 1}</kbd>
        </button>
      ))}
    </div>
  );
}
