import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { limits } from '../../limits.ts';
import { blackPng } from './png.fixture.ts';
import { ImageFault, readImageSize, reencodeImage } from './reencode.ts';

function photo(width = 60, height = 40) {
  return sharp({ create: { width, height, channels: 3, background: '#0a3b72' } });
}

/** Lies on its side, and tells where and with what it was taken. */
async function photoWithMetadata(): Promise<Buffer> {
  return await photo()
    .jpeg()
    .withMetadata({ orientation: 6 })
    .withExifMerge({
      IFD0: { Make: 'SecretCamera', Artist: 'Somebody' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '41/1 17/1 0/1' },
    })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret>SecretNote</secret></x:xmpmeta>')
    .toBuffer();
}

test('a photograph comes out upright and without anything but its picture', async () => {
  const original = await photoWithMetadata();
  expect(original.toString('latin1')).toMatch(/SecretCamera[\s\S]*SecretNote|SecretNote[\s\S]*SecretCamera/);
  expect((await sharp(original).metadata()).orientation).toBe(6);

  const result = await reencodeImage(original, 'image/jpeg');
  expect(result).toMatchObject({ width: 40, height: 60, contentType: 'image/jpeg' });
  const { format, exif, icc, xmp, iptc, orientation } = await sharp(result.bytes).metadata();
  expect({ format, exif, icc, xmp, iptc, orientation }).toEqual({ format: 'jpeg' });
  expect(Buffer.from(result.bytes).toString('latin1')).not.toMatch(/Secret|Exif|GPS/);
});

test('a PNG keeps its type and its pixels, and loses its text and what follows it', async () => {
  const plain = await photo().png().toBuffer();
  const original = Buffer.concat([plain, Buffer.from('<script>alert(1)</script>')]);
  const result = await reencodeImage(original, 'image/png');
  expect(Buffer.from(result.bytes).toString('latin1')).not.toContain('script');
  const pixels = await sharp(result.bytes).raw().toBuffer();
  expect(pixels.equals(await sharp(plain).raw().toBuffer())).toBe(true);
});

test('an image of too many pixels is refused by its header', async () => {
  const bomb = blackPng(20_000, 20_000);
  expect(bomb.length).toBeLessThan(64 * 1024);
  await expect(readImageSize(bomb, 'image/png')).rejects.toMatchObject({ reason: 'TOO_MANY_PIXELS' });
  await expect(reencodeImage(bomb, 'image/png')).rejects.toMatchObject({ reason: 'TOO_MANY_PIXELS' });
});

test('an image of the largest size is taken', async () => {
  const largest = blackPng(8_000, limits.imagePixelsMax / 8_000);
  await expect(reencodeImage(largest, 'image/png')).resolves.toMatchObject({ width: 8_000, height: 5_000 });
});

test('an image of another type than the one named is refused', async () => {
  await expect(reencodeImage(await photo().png().toBuffer(), 'image/jpeg')).rejects.toMatchObject({
    name: 'ImageFault',
    reason: 'TYPE_MISMATCH',
  });
});

test.each([
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
  ['GIF', Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')],
  ['nothing', ''],
])('no parser is there for %s', async (_, content) => {
  await expect(reencodeImage(Buffer.from(content), 'image/png')).rejects.toMatchObject({ reason: 'BROKEN' });
});

test('no parser is there for TIFF and WebP', async () => {
  for (const other of [await photo().tiff().toBuffer(), await photo().webp().toBuffer()]) {
    await expect(reencodeImage(other, 'image/png')).rejects.toMatchObject({ reason: 'BROKEN' });
  }
});

test('a photograph that ends early is broken', async () => {
  const original = await sharp({
    create: {
      width: 300,
      height: 300,
      channels: 3,
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
      background: '#000',
    },
  })
    .jpeg()
    .toBuffer();
  const half = original.subarray(0, original.length / 2);
  await expect(reencodeImage(half, 'image/jpeg')).rejects.toMatchObject({ reason: 'BROKEN' });
});

test('whatever bytes of a photograph change, it is taken or refused by a typed fault', async () => {
  const original = await photoWithMetadata();
  const change = fc.record({ at: fc.nat(original.length - 1), value: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 20 }),
      fc.nat(original.length),
      async (changes, cut) => {
        const mutated = Buffer.from(cut % 4 === 0 ? original.subarray(0, cut) : original);
        for (const { at, value } of changes) if (at < mutated.length) mutated[at] = value;
        const outcome = await reencodeImage(mutated, 'image/jpeg').catch((error: unknown) => error);
        expect(outcome instanceof ImageFault || (outcome as { width: number }).width > 0).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test('many images at once all come back', async () => {
  const original = await photo().jpeg().toBuffer();
  const all = await Promise.all(Array.from({ length: 20 }, () => reencodeImage(original, 'image/jpeg')));
  expect(all.every((image) => image.width === 60)).toBe(true);
});
