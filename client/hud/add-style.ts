/** Adds CSS to the document. @returns takes it out */
export function addStyle(css: string): () => void {
  const sheet = document.createElement("style");
  sheet.textContent = css;
  document.head.append(sheet);
  return () => sheet.remove();
}
