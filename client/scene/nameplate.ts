import { CanvasTexture, Sprite, SpriteMaterial, SRGBColorSpace } from "three";
import { OWN_NAME } from "../hud/style.ts";
import { drawEmote } from "./emote-art.ts";
import { wrap } from "./wrap-text.ts";

/** Resolution of a nameplate's texture, pixels a metre. */
const PX_PER_M = 150;

/** A flat sign that always faces the camera. */
export interface Nameplate {
  readonly sprite: Sprite;
  /** Height in metres. */
  readonly height: number;
  dispose(): void;
}

function sign(width: number, height: number, draw: (pen: CanvasRenderingContext2D) => void): Nameplate {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width);
  canvas.height = Math.ceil(height);
  const pen = canvas.getContext("2d");
  if (pen) draw(pen);
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  const material = new SpriteMaterial({ map, depthWrite: false, transparent: true, fog: false });
  const sprite = new Sprite(material);
  sprite.scale.set(width / PX_PER_M, height / PX_PER_M, 1);
  sprite.center.set(0.5, 0);
  return {
    sprite,
    height: height / PX_PER_M,
    dispose() {
      sprite.removeFromParent();
      map.dispose();
      material.dispose();
    },
  };
}

const FONT = "'Nunito', 'Segoe UI', 'DejaVu Sans', system-ui, sans-serif";

function measure(font: string): CanvasRenderingContext2D {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) throw new Error("roomkeep: this browser has no 2D canvas.");
  pen.font = font;
  return pen;
}

/** A nameplate: white on a dark ground, the own one on a warm ground. */
export function nameTag(name: string, own: boolean): Nameplate {
  const font = `700 34px ${FONT}`;
  const width = Math.min(460, measure(font).measureText(name).width + 44);
  return sign(width, 56, (pen) => {
    pen.fillStyle = own ? OWN_NAME : "rgba(34, 28, 48, 0.62)";
    pen.beginPath();
    pen.roundRect(2, 2, width - 4, 52, 26);
    pen.fill();
    pen.font = font;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = "#ffffff";
    pen.fillText(name, width / 2, 30, width - 30);
  });
}

/** A speech bubble with at most four lines of text. */
export function speechBubble(text: string): Nameplate {
  const font = `600 32px ${FONT}`;
  const pen = measure(font);
  const lines = wrap(pen, text, 400);
  const width = Math.max(90, ...lines.map((line) => pen.measureText(line).width + 56));
  const height = lines.length * 42 + 56;
  return sign(width, height, (draw) => {
    bubble(draw, width, height);
    draw.font = font;
    draw.textAlign = "center";
    draw.textBaseline = "middle";
    draw.fillStyle = "#3a2f4a";
    for (const [i, line] of lines.entries()) draw.fillText(line, width / 2, 36 + i * 42);
  });
}

/** A round bubble with the picture of an emote. */
export function emoteBubble(index: number): Nameplate {
  return sign(120, 140, (pen) => {
    bubble(pen, 120, 140);
    drawEmote(pen, index, 60, 58, 38);
  });
}

function bubble(pen: CanvasRenderingContext2D, width: number, height: number) {
  pen.fillStyle = "rgba(255, 255, 255, 0.96)";
  pen.shadowColor = "rgba(60, 30, 20, 0.28)";
  pen.shadowBlur = 8;
  pen.beginPath();
  pen.roundRect(6, 6, width - 12, height - 30, 28);
  // Wound like the rectangle: where they overlap, opposite windings would cancel out.
  pen.moveTo(width / 2 + 14, height - 26);
  pen.lineTo(width / 2, height - 6);
  pen.lineTo(width / 2 - 14, height - 26);
  pen.fill();
  pen.shadowBlur = 0;
}
