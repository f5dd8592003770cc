import sharp from 'sharp';
import { limits } from '../../limits.ts';

const JPEG_QUALITY = 88;

// The library reads dozens of formats; each one is a parser for hostile bytes. Only the two that are accepted stay.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
sharp.concurrency(1);
sharp.cache(false);

export type ImageType = 'image/jpeg' | 'image/png';
export type ImageFaultReason = 'BROKEN' | 'TOO_MANY_PIXELS' | 'TYPE_MISMATCH' | 'TIMED_OUT';

/** An image cannot be taken as it is. The fault is the sender's, never the server's. */
export class ImageFault extends Error {
  override readonly name = 'ImageFault';
  readonly reason: ImageFaultReason;

  constructor(reason: ImageFaultReason, options?: ErrorOptions) {
    super(`the image is refused: ${reason}`, options);
    this.reason = reason;
  }
}

export interface ImageSize {
  width: number;
  height: number;
}

export interface ReencodedImage extends ImageSize {
  bytes: Uint8Array;
  contentType: ImageType;
}

function open(bytes: Uint8Array) {
  return sharp(bytes, { limitInputPixels: limits.imagePixelsMax, failOn: 'error', sequentialRead: true });
}

function faultOf(error: unknown): ImageFault {
  if (error instanceof ImageFault) return error;
  const message = error instanceof Error ? error.message : '';
  if (/pixel limit|dimensions/i.test(message)) return new ImageFault('TOO_MANY_PIXELS', { cause: error });
  if (/timeout/i.test(message)) return new ImageFault('TIMED_OUT', { cause: error });
  return new ImageFault('BROKEN', { cause: error });
}

/**
 * Size of an image by its header, without decoding it.
 *
 * @throws {ImageFault} if it is no image of this type, or has more than `limits.imagePixelsMax`
 */
export async function readImageSize(bytes: Uint8Array, contentType: ImageType): Promise<ImageSize> {
  try {
    const { format, width, height } = await open(bytes).metadata();
    if (`image/${format}` !== contentType) throw new ImageFault('TYPE_MISMATCH');
    if (width * height > limits.imagePixelsMax) throw new ImageFault('TOO_MANY_PIXELS');
    return { width, height };
  } catch (error) {
    throw faultOf(error);
  }
}

let running = 0;
const queue: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  // Whoever ends hands its place to the next directly, so that a newcomer cannot take it in between.
  if (running < limits.imagesAtOnceMax) running += 1;
  else await new Promise<void>((resolve) => queue.push(resolve));
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}

/**
 * The picture and nothing else: decoded, turned upright as its EXIF says, and written anew in the same type. What hid
 * beside the pixels (place, camera, thumbnails, scripts, a second file) is gone.
 *
 * @throws {ImageFault} if it cannot be decoded completely, is too large, or takes over `limits.imageTimeoutSeconds`
 */
export async function reencodeImage(bytes: Uint8Array, contentType: ImageType): Promise<ReencodedImage> {
  await readImageSize(bytes, contentType);
  return await inTurn(async () => {
    try {
      const upright = open(bytes).autoOrient().timeout({ seconds: limits.imageTimeoutSeconds });
      // Letters on a scanned form stay sharp only with full colour resolution.
      const written =
        contentType === 'image/jpeg'
          ? upright.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' })
          : upright.png({ compressionLevel: 8 });
      const { data, info } = await written.toBuffer({ resolveWithObject: true });
      return { bytes: data, width: info.width, height: info.height, contentType };
    } catch (error) {
      throw faultOf(error);
    }
  });
}
