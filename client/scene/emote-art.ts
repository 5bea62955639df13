import { EMOTES } from "../../shared/internal.ts";

type Pen = CanvasRenderingContext2D;

/**
 * Draws an emote without a font: emoji fonts differ between systems, and some systems have none.
 *
 * @param index index into EMOTES
 * @param size half the height of the picture, pixels
 */
export function drawEmote(pen: Pen, index: number, x: number, y: number, size: number): void {
  pen.save();
  pen.translate(x, y);
  pen.scale(size, size);
  pen.lineCap = pen.lineJoin = "round";
  const emote = EMOTES[index];
  if (emote === "wave") hand(pen);
  else if (emote === "heart") heart(pen);
  else if (emote === "laugh" || emote === "wow") face(pen, emote);
  else if (emote === "dance") notes(pen);
  else if (emote === "sleep") zeds(pen);
  pen.restore();
}

/** The picture of an emote as a URL for an `img`. */
export function emoteImage(index: number): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 72;
  const pen = canvas.getContext("2d");
  if (pen) drawEmote(pen, index, 36, 36, 28);
  return canvas.toDataURL();
}

function hand(pen: Pen) {
  pen.rotate(0.25);
  pen.strokeStyle = "#f2a65a";
  pen.fillStyle = "#ffc07a";
  pen.lineWidth = 0.27;
  const fingers = [
    [-0.42, 0.25, -0.6, -0.5],
    [-0.16, 0.1, -0.22, -0.82],
    [0.13, 0.1, 0.15, -0.82],
    [0.38, 0.25, 0.5, -0.6],
    [-0.3, 0.6, -0.86, 0.22],
  ] as const;
  for (const color of ["#e08e45", "#ffc07a"]) {
    pen.strokeStyle = color;
    pen.lineWidth = color === "#e08e45" ? 0.36 : 0.25;
    pen.fillStyle = color;
    for (const [ax, ay, bx, by] of fingers) {
      pen.beginPath();
      pen.moveTo(ax, ay);
      pen.lineTo(bx, by);
      pen.stroke();
    }
    pen.beginPath();
    pen.arc(0, 0.42, color === "#e08e45" ? 0.58 : 0.52, 0, 7);
    pen.fill();
  }
}

function heart(pen: Pen) {
  pen.fillStyle = "#ff5d7a";
  pen.beginPath();
  pen.moveTo(0, 0.85);
  pen.bezierCurveTo(-1.5, -0.2, -0.75, -1.2, 0, -0.42);
  pen.bezierCurveTo(0.75, -1.2, 1.5, -0.2, 0, 0.85);
  pen.fill();
  pen.fillStyle = "rgba(255,255,255,.6)";
  pen.beginPath();
  pen.ellipse(-0.45, -0.35, 0.16, 0.24, 0.6, 0, 7);
  pen.fill();
}

function face(pen: Pen, mood: "laugh" | "wow") {
  pen.fillStyle = "#ffd34d";
  pen.beginPath();
  pen.arc(0, 0, 0.92, 0, 7);
  pen.fill();
  pen.strokeStyle = pen.fillStyle = "#5b3a1e";
  pen.lineWidth = 0.13;
  for (const side of [-1, 1]) {
    pen.beginPath();
    if (mood === "laugh") pen.arc(side * 0.36, -0.12, 0.2, Math.PI * 1.1, Math.PI * 1.9);
    else pen.arc(side * 0.34, -0.22, 0.06, 0, 7);
    pen.stroke();
  }
  pen.beginPath();
  if (mood === "laugh") pen.arc(0, 0.12, 0.5, 0.1, Math.PI - 0.1);
  else pen.ellipse(0, 0.38, 0.2, 0.28, 0, 0, 7);
  pen.fill();
}

function notes(pen: Pen) {
  pen.strokeStyle = pen.fillStyle = "#8a63d2";
  pen.lineWidth = 0.15;
  pen.beginPath();
  pen.moveTo(-0.32, 0.55);
  pen.lineTo(-0.32, -0.68);
  pen.lineTo(0.62, -0.88);
  pen.lineTo(0.62, 0.35);
  pen.stroke();
  for (const [x, y] of [
    [-0.52, 0.58],
    [0.42, 0.38],
  ] as const) {
    pen.beginPath();
    pen.ellipse(x, y, 0.28, 0.21, -0.3, 0, 7);
    pen.fill();
  }
}

function zeds(pen: Pen) {
  pen.strokeStyle = "#5c7cfa";
  for (const [x, y, s] of [
    [-0.4, 0.5, 0.38],
    [0.12, 0, 0.3],
    [0.52, -0.5, 0.22],
  ] as const) {
    pen.lineWidth = s * 0.45;
    pen.beginPath();
    pen.moveTo(x - s, y - s);
    pen.lineTo(x + s, y - s);
    pen.lineTo(x - s, y + s);
    pen.lineTo(x + s, y + s);
    pen.stroke();
  }
}
