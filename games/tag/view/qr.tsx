import { create } from "qrcode";

/** A QR code, drawn in the page: no other server learns the link. */
export function Qr({ text }: { text: string }) {
  const { size, data } = create(text, { errorCorrectionLevel: "M" }).modules;
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) if (data[y * size + x]) path += `M${x} ${y}h1v1h-1z`;
  }
  // Four modules of white around it: many cameras do not find a code without it.
  return (
    <svg
      class="tag-qr"
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
