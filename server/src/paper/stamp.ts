/** Widths and heights of a stamp, in points. */
export const STAMP_SIZE_PT = 92;

const CENTRE = STAMP_SIZE_PT / 2;
const RED = '#c4232b';
/** The name stands along at most this part of the ring; its gap is below, where the purpose is. */
const ARC_DEGREES_MAX = 250;
const NAME_SIZE_PT_MAX = 11;
/** From the outer edge to the tops of the characters. */
const NAME_INSET_PT = 6;

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const rounded = (value: number) => Math.round(value * 100) / 100;
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * A round stamp as SVG: the name along the ring, however long it is, a star in the middle, the purpose below it.
 * Each character is set by itself, since not every program that draws SVG sets text along a path.
 * The characters' size is reckoned from their number: a long name grows smaller, not longer.
 */
export function stamp(name: string, purpose: string, font: string): string {
  const characters = [...name];
  const step = Math.min(ARC_DEGREES_MAX / characters.length, 26);
  // As wide as its share of the ring, a little closer than square.
  const sizePt = Math.min(NAME_SIZE_PT_MAX, radians(step) * (CENTRE - NAME_INSET_PT) * 0.86);
  const radiusPt = CENTRE - NAME_INSET_PT - sizePt / 2;
  const first = -((characters.length - 1) / 2) * step;
  const ring = characters.map((character, i) => {
    const turn = first + i * step;
    const x = CENTRE + radiusPt * Math.sin(radians(turn));
    const y = CENTRE - radiusPt * Math.cos(radians(turn));
    return glyph(character, x, y, sizePt, turn, font);
  });
  const below = [...purpose];
  const purposeSizePt = Math.min(8, 52 / below.length);
  const row = below.map((character, i) =>
    glyph(
      character,
      CENTRE + (i - (below.length - 1) / 2) * purposeSizePt * 1.04,
      CENTRE + 21,
      purposeSizePt,
      0,
      font,
    ),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${STAMP_SIZE_PT}" height="${STAMP_SIZE_PT}" viewBox="0 0 ${STAMP_SIZE_PT} ${STAMP_SIZE_PT}">` +
    `<circle cx="${CENTRE}" cy="${CENTRE}" r="${CENTRE - 2}" fill="none" stroke="${RED}" stroke-width="2.4"/>` +
    `<path d="${star(CENTRE, CENTRE - 2, 12.5)}" fill="${RED}"/>${ring.join('')}${row.join('')}</svg>`
  );
}

/** A character centred on a point, turned about it. */
function glyph(character: string, x: number, y: number, sizePt: number, turn: number, font: string): string {
  // Letters and figures are about half as wide as they are high.
  const half = (sizePt * (/[\x20-\x7e]/.test(character) ? 0.55 : 1)) / 2;
  return (
    `<g transform="translate(${rounded(x)} ${rounded(y)}) rotate(${rounded(turn)})">` +
    `<text x="${rounded(-half)}" y="${rounded(sizePt * 0.36)}" font-family="${font}" font-size="${rounded(sizePt)}" fill="${RED}">${escaped(character)}</text></g>`
  );
}

function star(x: number, y: number, radiusPt: number): string {
  const points = Array.from({ length: 10 }, (_, i) => {
    const reach = i % 2 === 0 ? radiusPt : radiusPt * 0.382;
    return `${rounded(x + reach * Math.sin(radians(i * 36)))} ${rounded(y - reach * Math.cos(radians(i * 36)))}`;
  });
  return `M${points.join('L')}Z`;
}
