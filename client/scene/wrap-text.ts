/** Measures text; a canvas context fits. */
export interface Ruler {
  measureText(text: string): { width: number };
}

/** Breaks text into lines that fit; more than four lines end with an ellipsis. */
export function wrap(pen: Ruler, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/u)) {
    for (const piece of breakWord(pen, word, width)) {
      const longer = line ? `${line} ${piece}` : piece;
      if (line && pen.measureText(longer).width > width) {
        lines.push(line);
        line = piece;
      } else line = longer;
    }
  }
  if (line) lines.push(line);
  return lines.length > 4 ? [...lines.slice(0, 3), `${lines[3]}…`] : lines;
}

function breakWord(pen: Ruler, word: string, width: number): string[] {
  if (pen.measureText(word).width <= width) return [word];
  const pieces: string[] = [];
  let piece = "";
  for (const letter of word) {
    if (piece && pen.measureText(piece + letter).width > width) {
      pieces.push(piece);
      piece = "";
    }
    piece += letter;
  }
  return piece ? [...pieces, piece] : pieces;
}
