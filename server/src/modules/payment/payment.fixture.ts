import type { Person } from '../../../test/support/given.ts';
import type { Answer, Harness } from '../../../test/support/harness.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { randomDigits } from '../../kernel/id.ts';
import {
  ACCEPT_QUOTE,
  OFFER,
  offerInput,
  type Scene,
  type SceneWish,
  sceneOf,
  submittedOrder,
} from '../order/order.fixture.ts';

const refusal =
  '... on Error { code message } ... on InvalidInput { issues { path } } ... on TransitionRefused { refusedIn: currentState event: refusedEvent }';

export const SUBMIT_VOUCHER = `mutation ($input: SubmitVoucherInput!) { submitVoucher(input: $input) {
  ... on Payment { id state dueAt rejectReason order { state } voucher { id payerName payerAccountMasked transactionNumber paidOn upload { id } uploads { id } } }
  ${refusal} } }`;
const payment = `... on Payment { id state nextActor confirmedAt rejectReason exceptionKind receivedAmount outstandingAmount availableEvents
  receipts { amount payerName transactionNumber onStatement } refunds { id state kind amount payeeAccountMasked } } ${refusal}`;
export const CONFIRM = `mutation ($input: ConfirmPaymentInput!) { confirmPayment(input: $input) { ${payment} } }`;
export const REJECT = `mutation ($input: RejectPaymentInput!) { rejectPayment(input: $input) { ${payment} } }`;
export const EXCEPT = `mutation ($input: ReportPaymentExceptionInput!) { reportPaymentException(input: $input) { ${payment} } }`;
export const WITHDRAW = `mutation ($input: WithdrawVoucherInput!) { withdrawVoucher(input: $input) { ${payment} } }`;
export const START_REFUND = `mutation ($input: StartRefundInput!) { startRefund(input: $input) { ${payment} } }`;
export const CONFIRM_REFUND = `mutation ($input: ConfirmRefundInput!) { confirmRefund(input: $input) {
  ... on Refund { id state amount transactionNumber payeeAccountMasked proof { id } } ${refusal} } }`;
export const ISSUE = `mutation ($input: IssuePolicyInput!) { issuePolicy(input: $input) {
  ... on Policy { id state policyNumber verificationCode sumInsured premium startOn endOn file { id contentType sha256 } order { state } }
  ${refusal} } }`;

/** The one answer of a mutation: the object, or the refusal. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever its own query asked for
export function resultOf(answer: Answer): any {
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return Object.values(answer.data)[0];
}

/** A scene whose order is to be paid. */
export interface Payable extends Scene {
  readonly orderId: string;
  readonly paymentId: string;
  readonly remarkCode: string;
  /** A person's session ends; another may take the desk. */
  underwriter: Person;
  readonly enterpriseName: string;
}

/** An order whose one insurer offered the premium of the list, 400.00 for 100,000.00, so that it is to be paid. */
export async function payableOrder(h: Harness, wish: SceneWish = {}): Promise<Payable> {
  const scene = await sceneOf(h, wish);
  const { orderId, quotes } = await submittedOrder(scene);
  const underwriter = await h.given.underwriter(scene.insurers[0]?.id ?? '');
  for (const quote of quotes) {
    const insurerOf = scene.insurers.length > 1 ? await answerer(h, scene, quote.id) : underwriter;
    const offered = resultOf(
      await h.as(insurerOf)(OFFER, { input: offerInput(h, quote.id, quote.referencePremium) }),
    );
    if (offered.code) throw new Error(`Not offered: ${JSON.stringify(offered)}`);
  }
  if (quotes.length > 1) {
    const own = await h.as(underwriter)('{ quotes { nodes { id } } }');
    await scene.ask(ACCEPT_QUOTE, { input: { quoteId: own.data.quotes.nodes[0].id } });
  }
  const { data } = await scene.ask(
    'query ($id: ID!) { order(id: $id) { payment { id remarkCode } enterprise { name } } }',
    {
      id: orderId,
    },
  );
  return {
    ...scene,
    orderId,
    paymentId: data.order.payment.id,
    remarkCode: data.order.payment.remarkCode,
    underwriter,
    enterpriseName: data.order.enterprise.name,
  };
}

/** An underwriter of the insurer that a quote lies with. */
async function answerer(h: Harness, scene: Scene, quoteId: string): Promise<Person> {
  for (const insurer of scene.insurers) {
    const underwriter = await h.given.underwriter(insurer.id);
    const { data } = await h.as(underwriter)('query ($id: ID!) { node(id: $id) { id } }', { id: quoteId });
    if (data.node) return underwriter;
  }
  throw new Error('The quote lies with nobody.');
}

/** A voucher that is right in every respect, with a picture of its own. */
export async function voucherInput(order: Payable, changes: Record<string, unknown> = {}) {
  return {
    orderId: order.orderId,
    uploadId: await order.h.given.upload(order.bidder, 'VOUCHER'),
    payerName: order.enterpriseName,
    payerAccount: '6222 0000 1234 5365',
    transactionNumber: 'TX20261124-0001',
    paidOn: '2026-11-24',
    ...changes,
  };
}

/** An order whose money has arrived. */
export async function paidOrder(h: Harness, wish: SceneWish = {}): Promise<Payable> {
  const order = await payableOrder(h, wish);
  const transactionNumber = `TX${randomDigits(12)}`;
  resultOf(await order.ask(SUBMIT_VOUCHER, { input: await voucherInput(order, { transactionNumber }) }));
  const confirmed = resultOf(
    await h.as(order.underwriter)(CONFIRM, { input: { paymentId: order.paymentId } }),
  );
  if (confirmed.code) throw new Error(`Not confirmed: ${JSON.stringify(confirmed)}`);
  return order;
}

export interface Issued extends Payable {
  readonly policyId: string;
  readonly policyNumber: string;
  readonly verificationCode: string;
  readonly sha256: string;
}

/** A pdf that passes for one at the door. */
export async function pdfUpload(
  h: Harness,
  who: Person,
  purpose: 'POLICY' | 'INVOICE' | 'DOCUMENT',
  content: Uint8Array = plainPdf(),
): Promise<string> {
  const response = await h.fetch(who, `/uploads?purpose=${purpose}`, {
    method: 'POST',
    headers: { 'content-type': 'application/pdf' },
    body: content as Uint8Array<ArrayBuffer>,
  });
  const answer = (await response.json()) as { id?: string };
  if (!answer.id) throw new Error(`The upload was refused: ${JSON.stringify(answer)}`);
  return answer.id;
}

/** The least of a PDF: one empty page, and a comment that no other has. */
export function plainPdf(): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>',
  ];
  let body = `%PDF-1.4\n% ${crypto.randomUUID()}\n`;
  const offsets = objects.map((object, i) => {
    const at = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const xref = body.length;
  const lines = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  return Buffer.from(
    `${body}xref\n0 4\n0000000000 65535 f \n${lines}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`,
  );
}

/** An order with its policy, which the insurer brought as a file of its own. */
export async function issuedOrder(
  h: Harness,
  wish: SceneWish = {},
  policyNumber = 'BH-2026-000001',
): Promise<Issued> {
  const order = await paidOrder(h, wish);
  const uploadId = await pdfUpload(h, order.underwriter, 'POLICY');
  const policy = resultOf(
    await h.as(order.underwriter)(ISSUE, { input: { orderId: order.orderId, policyNumber, uploadId } }),
  );
  if (policy.code) throw new Error(`Not issued: ${JSON.stringify(policy)}`);
  return {
    ...order,
    policyId: policy.id,
    policyNumber,
    verificationCode: policy.verificationCode,
    sha256: policy.file.sha256,
  };
}

/** The proof of a refund that is right in every respect: back to the account of `voucherInput`. */
export async function refundProof(h: Harness, who: Person, refundId: string, changes = {}) {
  return {
    refundId,
    transactionNumber: `RF${crypto.randomUUID().slice(0, 8)}`,
    paidOn: shanghaiDay(h.now()),
    payeeAccount: '6222 0000 1234 5365',
    uploadId: await h.given.upload(who, 'EVIDENCE'),
    ...changes,
  };
}
