import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/id.ts';
import {
  REQUEST_MATERIAL,
  SUPPLY,
  type SubmittedOrder,
  sceneOf,
  submittedOrder,
} from '../../src/modules/order/order.fixture.ts';
import {
  payableOrder,
  pdfUpload,
  resultOf,
  SUBMIT_VOUCHER,
  voucherInput,
} from '../../src/modules/payment/payment.fixture.ts';
import { sweepUploads } from '../../src/modules/upload/upload.service.ts';
import type { Person } from '../support/given.ts';
import { createHarness, type Harness } from '../support/harness.ts';

const hourMs = 3_600_000;
const MiB = 1024 * 1024;

let h: Harness;
let bidder: Person;
beforeEach(async () => {
  h = await createHarness();
  bidder = await h.given.bidder();
});

const picture = (format: 'png' | 'jpeg' = 'png') =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#0f5aa8' } })
    .toFormat(format)
    .toBuffer();

interface Sent {
  readonly status: number;
  readonly id: string;
  readonly code: string | undefined;
  readonly headers: Headers;
}

async function post(who: Person | null, purpose: string, init: RequestInit): Promise<Sent> {
  const response = await h.fetch(who, `/uploads?purpose=${purpose}`, { method: 'POST', ...init });
  const answer = (await response.json()) as { id: string; errors?: { extensions: { code: string } }[] };
  const code = answer.errors?.[0]?.extensions.code;
  return { status: response.status, id: answer.id, code, headers: response.headers };
}

/** The bytes themselves, under a type and a name. */
const raw = (
  who: Person | null,
  bytes: Uint8Array,
  { purpose = 'EVIDENCE', type = 'image/png', name }: { purpose?: string; type?: string; name?: string } = {},
) =>
  post(who, purpose, {
    headers: { 'content-type': type, ...(name ? { 'x-file-name': encodeURIComponent(name) } : {}) },
    body: bytes as Uint8Array<ArrayBuffer>,
  });

/** As a browser's form sends it. */
async function form(who: Person | null, files: readonly File[], purpose = 'EVIDENCE') {
  const data = new FormData();
  files.forEach((file, i) => {
    data.append(`file${i}`, file);
  });
  const whole = new Response(data);
  const headers = { 'content-type': whole.headers.get('content-type') ?? '' };
  return post(who, purpose, { headers, body: await whole.arrayBuffer() });
}
const fileOf = (bytes: Uint8Array, name: string, type = 'image/png') =>
  new File([bytes as Uint8Array<ArrayBuffer>], name, { type });

const folder = () => join(h.app.core.config.dataDir, 'files');
async function filesLeft(): Promise<string[]> {
  const found = await readdir(folder(), { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('a file that is sent', () => {
  test('is taken raw and from a form, and comes back to its sender as something to save', async () => {
    const bytes = await picture();
    const sent = [
      await raw(bidder, bytes, { name: '凭证.png' }),
      await form(bidder, [fileOf(bytes, '凭证.png')]),
    ];
    for (const { status, id } of sent) {
      expect(status).toBe(201);
      const response = await h.fetch(bidder, `/files/${id}`);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/png',
        'content-disposition': expect.stringMatching(
          /^attachment; filename="[^"]+\.png"; filename\*=UTF-8''%E5%87%AD%E8%AF%81\.png$/,
        ),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      });
      const served = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      expect(served).toMatchObject({ format: 'png', width: 40, height: 30 });
    }
    expect((await filesLeft()).sort()).toEqual(sent.map(({ id }) => id).sort());
  });

  test('is refused to strangers, of no known purpose, and where the form holds none or two', async () => {
    const bytes = await picture();
    expect(await raw(null, bytes)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    for (const purpose of ['', 'voucher', 'LICENSE,VOUCHER', '__proto__'])
      expect(await raw(bidder, bytes, { purpose })).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    expect(await form(bidder, [])).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    const two = [fileOf(bytes, 'a.png'), fileOf(bytes, 'b.png')];
    expect(await form(bidder, two)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    const broken = {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--y\r\n\r\nnothing',
    };
    expect(await post(bidder, 'EVIDENCE', broken)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    expect([await filesLeft(), (await h.rows()).uploads]).toEqual([[], 0]);
  });

  test('that is not what it says, or nothing we take, leaves neither row nor file', async () => {
    const png = await picture();
    const html = Buffer.from('<!doctype html><script>alert(1)</script>');
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const exe = Buffer.concat([Buffer.from('MZ\x90\x00'), Buffer.alloc(512)]);
    const cases: Record<string, [Uint8Array, Parameters<typeof raw>[2]]> = {
      'HTML named .pdf': [html, { type: 'application/pdf', name: 'policy.pdf' }],
      'EXE as .png': [exe, { type: 'image/png', name: 'voucher.png' }],
      'PNG named .jpg': [png, { type: 'image/jpeg', name: 'voucher.jpg' }],
      'PNG by a type that is another': [png, { type: 'application/pdf', name: 'voucher.png' }],
      SVG: [svg, { type: 'image/svg+xml', name: 'mark.svg' }],
      'SVG as .png': [svg, { type: 'image/png', name: 'mark.png' }],
      empty: [new Uint8Array(), {}],
      'half a PNG': [png.subarray(0, png.length / 2), {}],
      'PDF that acts': [
        Buffer.from(
          '%PDF-1.4\n1 0 obj\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\nendobj\n%%EOF\n',
        ),
        { type: 'application/pdf', name: 'a.pdf' },
      ],
    };
    for (const [name, [bytes, declared]] of Object.entries(cases)) {
      const answer = await raw(bidder, bytes, declared);
      expect([name, answer.status, answer.code]).toEqual([name, 400, 'UPLOAD_REFUSED']);
    }
    const pdf = Buffer.from('%PDF-1.4\n%%EOF\n');
    expect(await raw(bidder, pdf, { purpose: 'VOUCHER', type: 'application/pdf' })).toMatchObject({
      code: 'UPLOAD_REFUSED',
    });
    expect([await filesLeft(), (await h.rows()).uploads]).toEqual([[], 0]);
  });

  test('that is too large is refused, whether it says so or never ends', async () => {
    const large = Buffer.concat([await picture(), Buffer.alloc(11 * MiB)]);
    expect(await raw(bidder, large)).toMatchObject({ status: 413, code: 'UPLOAD_REFUSED' });
    expect(await form(bidder, [fileOf(large, 'large.png')])).toMatchObject({
      status: 413,
      code: 'UPLOAD_REFUSED',
    });
    // Two mebibytes are enough for a voucher.
    const two = Buffer.concat([await picture(), Buffer.alloc(2 * MiB)]);
    expect(await raw(bidder, two, { purpose: 'VOUCHER' })).toMatchObject({
      status: 413,
      code: 'UPLOAD_REFUSED',
    });

    let sentBytes = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sentBytes += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const init = { headers: { 'content-type': 'image/png' }, body: endless, duplex: 'half' } as RequestInit;
    expect(await post(bidder, 'EVIDENCE', init)).toMatchObject({ status: 413, code: 'UPLOAD_REFUSED' });
    expect(sentBytes).toBeLessThan(12 * MiB);
    expect([await filesLeft(), (await h.rows()).uploads]).toEqual([[], 0]);
  });

  test('comes back without what its camera wrote into it', async () => {
    const photograph = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#ffffff' } })
      .jpeg()
      .withExif({
        IFD0: { Artist: 'Somebody', Make: 'Camera' },
        IFD3: { GPSLatitude: '41/1 17/1 0/1', GPSLatitudeRef: 'N' },
      })
      .toBuffer();
    expect((await sharp(photograph).metadata()).exif).toBeTruthy();
    const { id } = await raw(bidder, photograph, { type: 'image/jpeg' });
    const served = Buffer.from(await (await h.fetch(bidder, `/files/${id}`)).arrayBuffer());
    expect((await sharp(served).metadata()).exif).toBeUndefined();
    expect(served.includes('Somebody')).toBe(false);
    expect(served.includes('Exif')).toBe(false);
  });

  test('may be called anything and is saved under a harmless name', async () => {
    const bytes = await picture();
    const names = [
      '../../../etc/passwd.png',
      '..\\..\\x.png',
      '"; filename=evil.exe; x=".png',
      'a\r\nset-cookie: x=1.png',
      `${'长'.repeat(300)}.png`,
      '\u202egnp.exe.png',
      '.png',
      '%2e%2e%2fx.png',
    ];
    for (const name of names) {
      const { status, id } = await raw(bidder, bytes, { name });
      expect([name.slice(0, 30), status]).toEqual([name.slice(0, 30), 201]);
      const { headers } = await h.fetch(bidder, `/files/${id}`);
      const disposition = headers.get('content-disposition') ?? '';
      expect(disposition).toMatch(
        /^attachment; filename="[^"\\/\r\n;]+"; filename\*=UTF-8''[\w.%~!#$&+^`|-]+$/,
      );
      expect(decodeURIComponent(disposition.split("''")[1] ?? '').length).toBeLessThanOrEqual(104);
      expect(disposition).not.toMatch(/\.\.|%2F|%5C|%0D|%0A|%22/i);
      expect(headers.get('set-cookie') ?? '').not.toContain('x=1');
    }
    for (const name of names.filter((each) => !/[\r\n]/.test(each)))
      expect((await form(bidder, [fileOf(bytes, name)])).status).toBe(201);
    expect((await filesLeft()).every((name) => /^upl_[a-z2-7]{26}$/.test(name))).toBe(true);
  });

  test('is the twentieth of the hour at most', async () => {
    const bytes = await picture();
    for (let i = 0; i < 20; i += 1) expect((await raw(bidder, bytes)).status).toBe(201);
    const over = await raw(bidder, bytes);
    expect(over).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await h.rows()).uploads).toBe(20);
    expect(await filesLeft()).toHaveLength(20);
    expect((await raw(await h.given.bidder(), bytes)).status).toBe(201);
    h.pass(hourMs + 1);
    // Whoever was idle for an hour signs in again.
    const { setCookie } = await h.app.sessions.begin(bidder.id, { address: '127.0.0.1', agent: 'test' });
    const again = { ...bidder, headers: { cookie: setCookie.split(';')[0] ?? '' } };
    expect((await raw(again, bytes)).status).toBe(201);
  });

  test('of twenty-five at once no more than twenty are kept', async () => {
    const bytes = await picture();
    const answers = await Promise.all(Array.from({ length: 25 }, () => raw(bidder, bytes)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
    expect([(await h.rows()).uploads, (await filesLeft()).length]).toEqual([20, 20]);
  });
});

describe("somebody else's file", () => {
  test('is neither read nor used, and neither is one of another purpose or one that was used', async () => {
    const order = await payableOrder(h);
    const stranger = await h.given.bidder();
    const theirs = await h.given.upload(stranger, 'VOUCHER');
    expect((await h.fetch(order.bidder, `/files/${theirs}`)).status).toBe(404);
    expect((await h.fetch(null, `/files/${theirs}`)).status).toBe(404);
    const evidence = await h.given.upload(order.bidder, 'EVIDENCE');
    for (const uploadId of [theirs, evidence, newId('upl'), 'upl_../../x', '']) {
      const input = await voucherInput(order, { uploadId });
      const before = await h.content(['idempotency_keys']);
      const refused = resultOf(await order.ask(SUBMIT_VOUCHER, { input }));
      expect([uploadId, refused.code]).toEqual([uploadId, 'UPLOAD_REFUSED']);
      expect(await h.content(['idempotency_keys'])).toBe(before);
    }
    const mine = await h.given.upload(order.bidder, 'VOUCHER');
    resultOf(await order.ask(SUBMIT_VOUCHER, { input: await voucherInput(order, { uploadId: mine }) }));
    // It stands on this voucher and may stay there when the rest is corrected, but it is no other order's.
    const other = await payableOrder(h, { bidder: order.bidder });
    const again = resultOf(
      await other.ask(SUBMIT_VOUCHER, {
        input: await voucherInput(other, { uploadId: mine, transactionNumber: 'TX-OTHER-1' }),
      }),
    );
    expect(again.code).toBe('UPLOAD_REFUSED');
    expect((await h.fetch(order.underwriter, `/files/${mine}`)).status).toBe(200);
    expect((await h.fetch(stranger, `/files/${mine}`)).status).toBe(404);
  });

  test('does not become evidence in between of own ones', async () => {
    const scene = await sceneOf(h);
    const { quotes }: SubmittedOrder = await submittedOrder(scene);
    const underwriter = await h.given.underwriter(scene.insurers[0]?.id ?? '');
    const quoteId = quotes[0]?.id ?? '';
    await h.as(underwriter)(REQUEST_MATERIAL, { input: { quoteId, request: '请补充业绩证明' } });
    const uploadIds = [
      await h.given.upload(scene.bidder, 'EVIDENCE'),
      await pdfUpload(h, underwriter, 'POLICY'),
    ];
    const before = await h.content(['idempotency_keys']);
    const refused = resultOf(await scene.ask(SUPPLY, { input: { quoteId, note: '见附件', uploadIds } }));
    expect(refused.code).toBe('UPLOAD_REFUSED');
    expect(await h.content(['idempotency_keys'])).toBe(before);
  });
});

describe('the sweep', () => {
  test('removes what nobody used within a day and what has no row, and nothing else', async () => {
    const order = await payableOrder(h);
    const used = await h.given.upload(order.bidder, 'VOUCHER');
    resultOf(await order.ask(SUBMIT_VOUCHER, { input: await voucherInput(order, { uploadId: used }) }));
    const unused = await h.given.upload(order.bidder, 'VOUCHER');
    const stillUseful = await h.given.upload(order.bidder, 'EVIDENCE');
    const orphan = newId('upl');
    const young = newId('upl');
    const half = newId('upl');
    for (const [id, end] of [
      [orphan, ''],
      [young, ''],
      [half, '.part'],
    ] as const) {
      await mkdir(join(folder(), id.slice(-2)), { recursive: true });
      await writeFile(join(folder(), id.slice(-2), `${id}${end}`), 'left by a crash');
    }

    // The clock of the files is the machine's: they are as old as the rows are made to be.
    const age = async (name: string, atMs: number) => {
      const entry = (await readdir(folder(), { recursive: true })).find((path) => path.endsWith(name));
      await utimes(join(folder(), entry ?? ''), atMs / 1000, atMs / 1000);
    };
    for (const name of await filesLeft()) await age(name, h.now());
    h.pass(25 * hourMs);
    await age(young, h.now() - hourMs);
    await h.system(async (command) =>
      command.db.run(`update uploads set created_at = ${h.now() - hourMs} where id = '${stillUseful}'`),
    );
    await sweepUploads(h.app.core);

    expect((await filesLeft()).sort()).toEqual([used, stillUseful, young].sort());
    expect((await h.rows()).uploads).toBe(2);
    await sweepUploads(h.app.core);
    expect((await filesLeft()).length).toBe(3);
    expect(unused).not.toBe(used);
  });
});
