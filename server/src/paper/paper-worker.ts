/**
 * Thread that turns documents into PDF. Shaping Chinese text takes hundreds of milliseconds of pure computing,
 * which the thread that answers requests cannot spare.
 */
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import pdfmake from 'pdfmake';
import { type InvoicePaper, invoiceDocument } from './invoice-paper.ts';
import { PAPER_FONT, type PolicyPaper, policyDocument } from './policy-paper.ts';

export type PaperRequest = { id: number } & ({ policy: PolicyPaper } | { invoice: InvoicePaper });

export type PaperAnswer = { id: number; pdf: Uint8Array<ArrayBuffer> } | { id: number; failure: string };

function fontFile(name: string): string {
  return fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans-sc/${name}.ttf`));
}

const fonts = {
  normal: fontFile('400Regular/NotoSansSC_400Regular'),
  bold: fontFile('700Bold/NotoSansSC_700Bold'),
};
pdfmake.setFonts({ [PAPER_FONT]: fonts });
// A document names no file and no address by itself; whatever text may talk the library into is refused.
pdfmake.setLocalAccessPolicy((path) => Object.values(fonts).includes(path));
pdfmake.setUrlAccessPolicy(() => false);

async function answer(request: PaperRequest): Promise<void> {
  const { id } = request;
  try {
    const document = 'policy' in request ? policyDocument(request.policy) : invoiceDocument(request.invoice);
    const pdf = new Uint8Array(await pdfmake.createPdf(document).getBuffer());
    parentPort?.postMessage({ id, pdf } satisfies PaperAnswer, [pdf.buffer]);
  } catch (error) {
    parentPort?.postMessage({ id, failure: String(error) } satisfies PaperAnswer);
  }
}

// One document after the other: layouts that interleave would only add up their memory.
let queue = Promise.resolve();
parentPort?.on('message', (request: PaperRequest) => {
  queue = queue.then(() => answer(request));
});
