import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { pdf as openPages } from 'pdf-to-img';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { createPaper, PaperFault } from './paper.ts';
import { samplePolicy } from './policy-paper.fixture.ts';

const paper = createPaper();
afterAll(() => paper.close());

interface PdfText {
  numPages: number;
  getPage(page: number): Promise<{
    getTextContent(): Promise<{ items: { str?: string; transform?: number[]; width?: number }[] }>;
  }>;
}

// The reader that pdf-to-img brings along; the project itself does not depend on it.
const readerPath = createRequire(import.meta.resolve('pdf-to-img')).resolve(
  'pdfjs-dist/legacy/build/pdf.mjs',
);

async function textRuns(bytes: Uint8Array): Promise<{ text: string; rightPt: number }[][]> {
  const reader: {
    getDocument(source: { data: Uint8Array }): { promise: Promise<PdfText>; destroy(): Promise<void> };
  } = await import(pathToFileURL(readerPath).href);
  // The reader takes the buffer for itself.
  const loading = reader.getDocument({ data: bytes.slice() });
  const document = await loading.promise;
  const pages = await Promise.all(
    Array.from({ length: document.numPages }, async (_, index) => {
      const { items } = await (await document.getPage(index + 1)).getTextContent();
      return items.map((item) => ({
        text: item.str ?? '',
        rightPt: (item.transform?.[4] ?? 0) + (item.width ?? 0),
      }));
    }),
  );
  await loading.destroy();
  return pages;
}

async function textOf(bytes: Uint8Array): Promise<string> {
  return (await textRuns(bytes))
    .flat()
    .map((run) => run.text)
    .join('');
}

/** Share of dark pixels in a part of the page, given in shares of its width and height. */
async function inkOf(
  png: Buffer,
  part: { left: number; top: number; width: number; height: number },
): Promise<number> {
  const { width, height } = await sharp(png).metadata();
  const { data } = await sharp(png)
    .extract({
      left: Math.round(part.left * width),
      top: Math.round(part.top * height),
      width: Math.round(part.width * width),
      height: Math.round(part.height * height),
    })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data.reduce((dark, value) => dark + (value < 128 ? 1 : 0), 0) / data.length;
}

test('a policy shows ink where its title, sum, facts and code stand, and none in its margins', async () => {
  const pages = await openPages(Buffer.from(await paper.renderPolicy({ ...samplePolicy, sandbox: false })), {
    scale: 1.5,
  });
  expect(pages.length).toBe(2);
  const first = await pages.getPage(1);
  expect(await inkOf(first, { left: 0.2, top: 0.1, width: 0.6, height: 0.05 })).toBeGreaterThan(0.08);
  expect(await inkOf(first, { left: 0.24, top: 0.27, width: 0.22, height: 0.05 })).toBeGreaterThan(0.05);
  expect(await inkOf(first, { left: 0.1, top: 0.38, width: 0.8, height: 0.3 })).toBeGreaterThan(0.02);
  expect(await inkOf(first, { left: 0.13, top: 0.785, width: 0.14, height: 0.09 })).toBeGreaterThan(0.3);
  expect(await inkOf(first, { left: 0, top: 0, width: 1, height: 0.025 })).toBe(0);
  await pages.destroy();
});

test('the text of a policy can be searched and read out', async () => {
  const text = await textOf(await paper.renderPolicy(samplePolicy));
  for (const expected of [
    '投标保证保险电子保函（保险单）',
    '人民币捌拾万元整',
    '人民币叁仟贰佰元整',
    '¥800,000.00',
    '自 2026-12-01 零时起至 2027-02-28 二十四时止，共 90 天',
    samplePolicy.sectionName,
    samplePolicy.applicantCreditCode,
    samplePolicy.verificationCode,
    '第二条',
    '第 1 页，共 2 页',
    '演示样本 不具法律效力',
  ]) {
    expect(text).toContain(expected);
  }
});

test('long and hostile names wrap inside the margins and are printed as they are', async () => {
  const hostile = '<img src=x onerror=alert(1)>{{7*7}}#{7*7}';
  const bytes = await paper.renderPolicy({
    ...samplePolicy,
    sandbox: false,
    sectionName: `${'标'.repeat(100)}${hostile}${'W'.repeat(60)}`,
    projectName: '项目'.repeat(100),
    applicantName: 'W'.repeat(120),
    insuredName: '被保险人'.repeat(30),
    insurerName: '保险公司'.repeat(15),
    sectionCode: 'W'.repeat(64),
    policyNumber: '8'.repeat(64),
    insurerHotline: '4'.repeat(40),
    brokerName: 'B'.repeat(60),
  });
  const runs = await textRuns(bytes);
  expect(
    runs
      .flat()
      .map((run) => run.text)
      .join(''),
  ).toContain(hostile);
  const rightMostPt = Math.max(...runs.flat().map((run) => run.rightPt));
  expect(rightMostPt).toBeLessThan(595.28 - 54 + 1);
});

test('a document that cannot be made fails alone, and the worker goes on', async () => {
  const tooLongForACode = { ...samplePolicy, verifyUrl: `https://guarantee.example.cn/${'a'.repeat(4000)}` };
  const [failed, made] = await Promise.allSettled([
    paper.renderPolicy(tooLongForACode),
    paper.renderPolicy(samplePolicy),
  ]);
  expect(failed).toMatchObject({
    status: 'rejected',
    reason: { name: 'PaperFault', reason: 'RENDER_FAILED' },
  });
  expect(made.status).toBe('fulfilled');
});

function workerOf(source: string): Worker {
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
}

const ANSWERING = `import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id }) => parentPort.postMessage({ id, pdf: new Uint8Array([id]) }));`;
const CRASHING = `import { parentPort } from 'node:worker_threads';
  parentPort.on('message', () => { throw new Error('out of ink'); });`;
const SILENT = `import { parentPort } from 'node:worker_threads';
  parentPort.on('message', () => {});`;

test('a crash fails all that is pending, and the next call starts a new worker', async () => {
  const sources = [CRASHING, ANSWERING];
  const fragile = createPaper({ startWorker: () => workerOf(sources.shift() ?? '') });
  const [first, second] = await Promise.allSettled([
    fragile.renderPolicy(samplePolicy),
    fragile.renderPolicy(samplePolicy),
  ]);
  expect(first).toMatchObject({ status: 'rejected', reason: { reason: 'WORKER_LOST' } });
  expect(second).toMatchObject({ status: 'rejected', reason: { reason: 'WORKER_LOST' } });
  await expect(fragile.renderPolicy(samplePolicy)).resolves.toEqual(new Uint8Array([3]));
  await fragile.close();
});

test('a worker that stays silent is given up by a named timeout', async () => {
  const silent = createPaper({ startWorker: () => workerOf(SILENT), timeoutMs: 1 });
  await expect(silent.renderPolicy(samplePolicy)).rejects.toMatchObject({ reason: 'TIMED_OUT' });
  await silent.close();
});

test('closing fails what is pending and all that is asked later', async () => {
  const closing = createPaper({ startWorker: () => workerOf(SILENT) });
  const pending = expect(closing.renderPolicy(samplePolicy)).rejects.toBeInstanceOf(PaperFault);
  await closing.close();
  await pending;
  await expect(closing.renderPolicy(samplePolicy)).rejects.toMatchObject({ reason: 'CLOSED' });
});

test('the sample of an invoice says on its face that it is none', async () => {
  const text = await textOf(
    await paper.renderInvoice({
      typeLabel: '电子增值税普通发票',
      number: '26212000000012345678',
      issuedOn: '2026-11-24',
      buyerName: '示例建设工程集团有限公司\u202e',
      buyerTaxNumber: '91330212MA2AECMD5B',
      sellerName: '示例财产保险股份有限公司',
      content: '*保险服务*投标保证保险费',
      policyNumber: 'BH-1',
      netFen: 37_736,
      vatFen: 2_264,
      amountFen: 40_000,
    }),
  );
  for (const expected of [
    '演示样本 不具法律效力',
    '不是发票',
    '人民币肆佰元整',
    '¥377.36',
    '26212000000012345678',
  ]) {
    expect(text).toContain(expected);
  }
  expect(text).not.toContain('\u202e');
});
