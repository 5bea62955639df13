import { useEffect, useState } from "preact/hooks";

/** Side and dark modules of a QR code. */
interface Modules {
  readonly size: number;
  readonly path: string;
}

/**
 * A QR code, drawn in the page: no other server learns the link.
 *
 * @example
 * <Qr text={link} />
 */
export function Qr({ text }: { text: string }) {
  const [{ size, path }, setModules] = useState<Modules>({ size: 29, path: "" });
  useEffect(() => {
    let shown = true;
    modulesOf(text).then(
      (modules) => shown && setModules(modules),
      (error: unknown) => console.error("roomkeep: no QR code", error),
    );
    return () => {
      shown = false;
    };
  }, [text]);
  // Four modules of white around it: many cameras do not find a code without it.
  return (
    <svg
      class="qr"
      viewBox={`-4 -4 ${size + 8} ${size + 8}`}
      role="img"
      aria-label={`QR code of ${text}`}
      shape-rendering="crispEdges"
    >
      <rect x="-4" y="-4" width={size + 8} height={size + 8} fill="#fff" />
      <path d={path} fill="#241a30" />
    </svg>
  );
}

/** The package comes with the first code that is shown. */
async function modulesOf(text: string): Promise<Modules> {
  const { create } = await import("qrcode");
  const { size, data } = create(text, { errorCorrectionLevel: "M" }).modules;
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) if (data[y * size + x]) path += `M${x} ${y}h1v1h-1z`;
  }
  return { size, path };
}
