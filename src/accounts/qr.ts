import { encode } from 'uqr';

/** Modules of white around the code (ISO/IEC 18004). */
const quietZone = 4;

/**
 * A text as the picture of a QR code in a `data:` address. Black on white whatever the page's colours, with its quiet
 * zone, so that it scans in dark mode too. At most some 2,300 bytes of text.
 */
export function qrDataUrl(text: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: quietZone });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}h-${size}z"/>` +
    `<path fill="#000" d="${data.map(darkRuns).join('')}"/></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

/** The dark modules of one row as rectangles, neighbours joined. */
function darkRuns(row: readonly boolean[], y: number): string {
  let path = '';
  let x = 0;
  while (x < row.length) {
    const end = row.indexOf(!row[x], x);
    const width = (end < 0 ? row.length : end) - x;
    if (row[x]) path += `M${x} ${y}h${width}v1h-${width}z`;
    x += width;
  }
  return path;
}
