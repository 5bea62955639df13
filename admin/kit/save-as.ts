/** Saves JSON, or text as it is, as a file on the operator's device. */
export function saveAs(name: string, content: unknown): void {
  const isText = typeof content === "string";
  const text = isText ? content : JSON.stringify(content, null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: isText ? "text/plain" : "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
