import type { Settings } from "../settings.ts";

/** Whether a line makes a sound. @param own name of the reader, with or without a tag */
export function pings({ chatSound }: Pick<Settings, "chatSound">, text: string, own: string): boolean {
  if (chatSound.value !== "mine") return chatSound.value === "all";
  const name = own.replace(/ #[0-9a-f]{4}$/u, "").toLocaleLowerCase();
  return name !== "" && mentions(text.toLocaleLowerCase(), name);
}

function mentions(text: string, name: string): boolean {
  const isLetter = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isLetter(text[at - 1]) && !isLetter(text[at + name.length])) return true;
  }
  return false;
}
