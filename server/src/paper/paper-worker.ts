/**
 * Thread that turns documents into PDF, and lists into sheets. Shaping Chinese text takes hundreds of milliseconds of pure computing,
 * which the thread that answers requests cannot spare.
 */
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import pdfmake from 'pdfmake';
import { type ApplicationPaper, applicationDocument, type PaperIssue } from './application-paper.ts';
import { type InvoicePaper, invoiceDocument } from './invoice-paper.ts';
import {
  type EndorsementPaper,
  endorsementDocument,
  PAPER_FONT,
  type PolicyPaper,
  policyDocument,
  policySealWords,
} from './policy-paper.ts';
import { type RefundPaper, refundDocument } from './refund-paper.ts';
import { type SealWords, withSealSlot } from './seal-slot.ts';
import { type Sheet, sheetFile } from './sheet.ts';

export type PaperContent =
  | { policy: PolicyPaper }
  | { endorsement: EndorsementPaper }
  | { invoice: InvoicePaper }
  | { refund: RefundPaper }
  | { application: ApplicationPaper; issue: PaperIssue }
  | { sheet: Sheet };
export type PaperRequest = { id: number } & PaperContent;

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

function documentOf(request: Exclude<PaperContent, { sheet: Sheet }>) {
  if ('policy' in request) return policyDocument(request.policy);
  if ('endorsement' in request) return endorsementDocument(request.endorsement);
  if ('invoice' in request) return invoiceDocument(request.invoice);
  if ('refund' in request) return refundDocument(request.refund);
  return applicationDocument(request.application, request.issue);
}

/** Who seals the document; null for those that nobody seals. */
function sealWordsOf(request: PaperRequest): SealWords | null {
  if ('policy' in request) return policySealWords(request.policy, '出具保函');
  if ('endorsement' in request) return policySealWords(request.endorsement.policy, '出具批单');
  return null;
}

async function answer(request: PaperRequest): Promise<void> {
  const { id } = request;
  try {
    const made =
      'sheet' in request
        ? await sheetFile(request.sheet)
        : await pdfmake.createPdf(documentOf(request)).getBuffer();
    const sealed = sealWordsOf(request);
    const pdf = new Uint8Array(sealed ? withSealSlot(made, sealed) : made);
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
