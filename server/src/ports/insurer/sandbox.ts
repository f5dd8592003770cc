import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseInstant, shanghaiDay } from '../../kernel/clock.ts';
import { formatYuan, parseYuan, timesRateHalfUp } from '../../kernel/money.ts';
import type { Log } from '../../log.ts';
import type { InvoicePaper } from '../../paper/invoice-paper.ts';
import { createPaper, type Paper } from '../../paper/paper.ts';
import { SPECIMEN_TEXT } from '../../paper/policy-paper.ts';

/**
 * The insurers' side of the sandbox: a program of its own that knows the platform by its public API and its keys only, as a real
 * insurer's system would. It answers quotes, issues policies and invoices, decides on surrenders and pays them back, and answers the tickets that it is
 * handed. It never says that money has arrived: that is for a person to see. All that it makes is fictional and says so.
 */

export interface SandboxInsurerOptions {
  /** Where the platform is: scheme, host, port. */
  readonly origin: string;
  readonly insurers: readonly { readonly name: string; readonly secret: string }[];
  readonly pace: SandboxPace;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** How long what the sandbox makes takes, so that a person can look at each state; a real insurer's takes days. */
export interface SandboxPace {
  /** Before an answer to anything else: a quote, a surrender, a refund, a ticket. */
  readonly answerMs: number;
  /** Between the steps of an invoice: its acceptance, its issue, its posting, its reversal once it is demanded. */
  readonly invoiceStepMs: number;
  /** From the posting of a paper invoice to its delivery. */
  readonly parcelMs: number;
}

const POLL_MS = 1000;
const REQUEST_TIMEOUT_MS = 20_000;
/** A ticket stays open after its answer, so that it can be replied to: this many times as long as all else. */
const RESOLVE_DELAYS = 30;
/** How long what the platform refused is left alone. */
const REFUSED_PAUSE_MS = 60_000;
const QUOTE_VALID_MS = 7 * 86_400_000;
/** For products whose premium an underwriter sets. */
const MANUAL_RATE = '0.005';
const MANUAL_MINIMUM_FEN = 30_000;
const COURIER = '演示快递（沙箱，虚构）';

/** Answers for every insurer, about every second, until the signal. */
export async function runSandboxInsurer({
  origin,
  insurers,
  pace,
  signal,
  log,
}: SandboxInsurerOptions): Promise<void> {
  const paper = createPaper();
  const desks = insurers.map((insurer) =>
    createSandboxDesk({ insurer, origin, pace, paper, log, fetch, now: Date.now }),
  );
  log.info({ insurers: desks.length, origin }, 'the sandbox insurers answer');
  let away = false;
  while (!signal.aborted) {
    try {
      for (const desk of desks) await desk.turn(signal);
      if (away) log.info({ origin }, 'the platform is back');
      away = false;
    } catch (reason) {
      if (!signal.aborted && !away)
        log.warn({ origin, fault: String(reason) }, 'the platform does not answer; it is asked again');
      away = true;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  await paper.close();
}

interface Quote {
  readonly id: string;
  readonly submittedAt: string;
  readonly referencePremium: string | null;
  readonly breakdown: { readonly rate: string } | null;
  readonly product: { readonly rate: string | null };
  readonly order: { readonly application: { readonly cover: { readonly sumInsured: string | null } } | null };
}
interface Accepted {
  readonly order: {
    readonly id: string;
    readonly state: string;
    readonly payment: { readonly confirmedAt: string | null } | null;
  };
}
interface Invoice {
  readonly id: string;
  readonly state: string;
  readonly type: string;
  readonly typeLabel: string;
  readonly content: string;
  readonly policyNumber: string;
  readonly amount: string;
  readonly net: string;
  readonly vat: string;
  readonly requestedAt: string;
  readonly events: readonly { readonly at: string }[];
  readonly title: { readonly name: string; readonly taxNumber: string };
}
interface Refund {
  readonly id: string;
  readonly state: string;
  readonly amount: string;
  readonly payeeName: string | null;
  readonly payeeAccountMasked: string | null;
  readonly createdAt: string;
}
interface Surrender {
  readonly id: string;
  readonly state: string;
  readonly causeLabel: string;
  readonly invoiceStands: boolean;
  readonly orderNumber: string;
  readonly events: readonly { readonly at: string }[];
  readonly payment: { readonly refunds: readonly Refund[] } | null;
}
interface Ticket {
  readonly id: string;
  readonly state: string;
  readonly typeLabel: string;
  readonly events: readonly { readonly at: string }[];
  readonly messages: readonly { readonly id: string; readonly author: string }[];
}
interface Shortfall {
  readonly requiredEndOn: string;
  readonly policy: { readonly id: string };
}
interface Desk {
  readonly coverShortfalls: readonly Shortfall[];
  readonly quotes: { readonly nodes: readonly Quote[] };
  readonly accepted: { readonly nodes: readonly Accepted[] };
  readonly invoices: { readonly nodes: readonly Invoice[] };
  readonly parcels: { readonly nodes: readonly Invoice[] };
  readonly givenBack: { readonly nodes: readonly Invoice[] };
  readonly surrenders: { readonly nodes: readonly Surrender[] };
  readonly tickets: { readonly nodes: readonly Ticket[] };
}

const DESK = `query SandboxDesk {
  coverShortfalls { requiredEndOn policy { id } }
  quotes(filter: { states: [SUBMITTED], awaitingAgreement: false }, first: 50) {
    nodes { id submittedAt referencePremium breakdown { rate } product { rate } order { application { cover { sumInsured } } } }
  }
  accepted: quotes(filter: { states: [ACCEPTED] }, first: 50) {
    nodes { order { id state payment { confirmedAt } } }
  }
  invoices(filter: { states: [REQUESTED, ISSUING] }, first: 50) {
    nodes { ...Asked }
  }
  parcels: invoices(filter: { states: [ISSUED, SHIPPED], types: [PAPER_ORDINARY, PAPER_SPECIAL] }, first: 50) {
    nodes { ...Asked }
  }
  givenBack: invoices(filter: { toReverse: true }, first: 50) {
    nodes { ...Asked }
  }
  surrenders(filter: { states: [INSURER_REVIEW, REFUNDING] }, first: 50) {
    nodes {
      id state causeLabel invoiceStands orderNumber events { at }
      payment { refunds { id state amount payeeName payeeAccountMasked createdAt } }
    }
  }
  tickets(filter: { states: [OPEN, IN_PROGRESS] }, first: 50) {
    nodes { id state typeLabel events { at } messages { id author } }
  }
}
fragment Asked on Invoice { id state type typeLabel content policyNumber amount net vat requestedAt events { at } title { name taxNumber } }`;

interface Answer {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
}
const mutationOf = (name: string, inputType: string, fields = '') =>
  `mutation Sandbox($input: ${inputType}!) { result: ${name}(input: $input) { __typename ${fields} ... on Error { code message } } }`;

export interface SandboxDeskOptions {
  readonly insurer: { readonly name: string; readonly secret: string };
  readonly origin: string;
  readonly pace: SandboxPace;
  readonly paper: Paper;
  readonly log: Log;
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
}

/** One insurer. `turn` does what is due, each thing one step; a test calls it instead of waiting. */
export function createSandboxDesk({ insurer, origin, pace, paper, log, fetch, now }: SandboxDeskOptions) {
  const pausedUntil = new Map<string, number>();
  const authorization = `Bearer ${insurer.secret}`;
  const timeout = (signal?: AbortSignal) =>
    AbortSignal.any([AbortSignal.timeout(REQUEST_TIMEOUT_MS), ...(signal ? [signal] : [])]);

  async function ask<T>(
    query: string,
    variables: Record<string, unknown>,
    key: string | null,
    signal?: AbortSignal,
  ): Promise<T> {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization,
        ...(key ? { 'idempotency-key': key } : {}),
      },
      body: JSON.stringify({ query, variables }),
      signal: timeout(signal),
    });
    const answer = (await response.json()) as { data?: T; errors?: readonly { readonly message: string }[] };
    if (!answer.data || answer.errors)
      throw new Error(`${response.status} ${answer.errors?.[0]?.message ?? 'no data'}`);
    return answer.data;
  }

  /**
   * Does one thing to one object. The key is made of both, so that a restart repeats nothing; what is refused is left alone for a
   * while.
   */
  async function act(
    name: string,
    inputType: string,
    objectId: string,
    input: Record<string, unknown>,
    signal?: AbortSignal,
    distinguishing = '',
  ): Promise<boolean> {
    const key = `sandbox-${name}-${objectId}${distinguishing && `-${distinguishing}`}`;
    const { result } = await ask<{ result: Answer }>(mutationOf(name, inputType), { input }, key, signal);
    return !isRefused(name, objectId, result);
  }

  function isRefused(name: string, objectId: string, { code }: Answer): boolean {
    if (!code) return false;
    log.warn({ act: name, objectId, code }, 'the platform refused what a sandbox insurer did');
    pausedUntil.set(objectId, now() + REFUSED_PAUSE_MS);
    return true;
  }

  const isOlder = (instant: string | null, ageMs: number) =>
    instant !== null && now() - (parseInstant(instant) ?? Number.POSITIVE_INFINITY) >= ageMs;
  const isPaused = (id: string) => (pausedUntil.get(id) ?? 0) > now();

  async function offer(quote: Quote, signal?: AbortSignal): Promise<void> {
    if (isPaused(quote.id) || !isOlder(quote.submittedAt, pace.answerMs)) return;
    const sumFen = parseYuan(quote.order.application?.cover.sumInsured ?? '') ?? 0;
    const manualFen = Math.max(timesRateHalfUp(sumFen, MANUAL_RATE), MANUAL_MINIMUM_FEN);
    const premium = quote.referencePremium ?? formatYuan(manualFen);
    if ((parseYuan(premium) ?? 0) >= sumFen) {
      const input = { quoteId: quote.id, reason: '保险金额过低，保费不低于保险金额，演示机构不予承保。' };
      await act('declineQuote', 'DeclineQuoteInput', quote.id, input, signal);
      return;
    }
    const validUntil = new Date((parseInstant(quote.submittedAt) ?? 0) + QUOTE_VALID_MS).toISOString();
    const rate = quote.breakdown?.rate ?? quote.product.rate ?? MANUAL_RATE;
    const input = { quoteId: quote.id, premium, rate, validUntil, note: '演示机构自动核保。' };
    await act('offerQuote', 'OfferQuoteInput', quote.id, input, signal);
  }

  async function issue({ order }: Accepted, signal?: AbortSignal): Promise<void> {
    if (
      order.state !== 'ISSUING' ||
      isPaused(order.id) ||
      !isOlder(order.payment?.confirmedAt ?? null, pace.answerMs / 2)
    )
      return;
    const input = { orderId: order.id, policyNumber: `YS${digitsOf(`policy ${order.id}`, 18)}` };
    await act('issuePolicy', 'IssuePolicyInput', order.id, input, signal);
  }

  async function extend({ policy, requiredEndOn }: Shortfall, signal?: AbortSignal): Promise<void> {
    if (isPaused(policy.id)) return;
    await act(
      'extendPolicies',
      'ExtendPoliciesInput',
      policy.id,
      { policyIds: [policy.id] },
      signal,
      requiredEndOn,
    );
  }

  async function invoice(row: Invoice, signal?: AbortSignal): Promise<void> {
    const isSent = row.state === 'SHIPPED';
    const last = row.events.at(-1)?.at ?? null;
    if (isPaused(row.id) || !isOlder(last, isSent ? pace.parcelMs : pace.invoiceStepMs)) return;
    // A request that was withdrawn and made anew is another one.
    const asked = String(parseInstant(row.requestedAt));
    if (row.state === 'REQUESTED') {
      await act('acceptInvoice', 'AcceptInvoiceInput', row.id, { invoiceId: row.id }, signal, asked);
    } else if (row.state === 'ISSUING') {
      const { code, number } = numberOf(row, 'invoice');
      const issuedOn = shanghaiDay(now());
      const uploadIds = isPaper(row.type) ? [] : await files(row, number, issuedOn, signal);
      if (!uploadIds) return;
      const input = { invoiceId: row.id, code, number, issuedOn, uploadIds };
      // The files are others after a restart in between; that nothing is issued twice the invoice's state sees to.
      await act('issueInvoice', 'IssueInvoiceInput', row.id, input, signal, uploadIds[0] ?? issuedOn);
    } else if (isSent) {
      await act('deliverInvoice', 'DeliverInvoiceInput', row.id, { invoiceId: row.id }, signal, asked);
    } else {
      const input = {
        invoiceId: row.id,
        courier: COURIER,
        trackingNumber: `YS${digitsOf(`parcel ${row.id}`, 13)}`,
      };
      await act('shipInvoice', 'ShipInvoiceInput', row.id, input, signal, asked);
    }
  }

  async function reverse(row: Invoice, signal?: AbortSignal): Promise<void> {
    if (isPaused(row.id) || !isOlder(row.events.at(-1)?.at ?? null, pace.invoiceStepMs)) return;
    const { code, number } = numberOf(row, 'red invoice');
    const input = { invoiceId: row.id, redCode: code, redNumber: number, reason: '退保，演示机构红冲。' };
    await act('reverseInvoice', 'ReverseInvoiceInput', row.id, input, signal);
  }

  /** Agrees to what the platform has approved, or says why not; and pays back, once no invoice stands. */
  async function giveBack(row: Surrender, signal?: AbortSignal): Promise<void> {
    if (isPaused(row.id) || !isOlder(row.events.at(-1)?.at ?? null, pace.answerMs)) return;
    if (row.state === 'INSURER_REVIEW') {
      const { result } = await ask<{ result: Answer }>(
        mutationOf('approveSurrender', 'ApproveSurrenderInput'),
        { input: { surrenderId: row.id } },
        `sandbox-approveSurrender-${row.id}`,
        signal,
      );
      if (result.code === 'SURRENDER_NOT_ALLOWED') {
        const input = { surrenderId: row.id, reason: '演示机构：申请后情况已变化，退保原因不再成立。' };
        await act('rejectSurrender', 'RejectSurrenderInput', row.id, input, signal);
      } else isRefused('approveSurrender', row.id, result);
      return;
    }
    if (row.invoiceStands) return;
    for (const refund of row.payment?.refunds ?? [])
      if (refund.state === 'REFUNDING' && !isPaused(refund.id) && isOlder(refund.createdAt, pace.answerMs))
        await payBack(row, refund, signal);
  }

  async function payBack(row: Surrender, refund: Refund, signal?: AbortSignal): Promise<void> {
    const { result } = await ask<{ result: Answer & { payeeAccount?: string } }>(
      mutationOf(
        'revealPayeeAccount',
        'RevealPayeeAccountInput',
        '... on RevealedPayeeAccount { payeeAccount }',
      ),
      { input: { refundId: refund.id, reason: '演示机构退还保费' } },
      // What is secret is told once for each key.
      crypto.randomUUID(),
      signal,
    );
    if (isRefused('revealPayeeAccount', refund.id, result)) return;
    const transactionNumber = `YS${digitsOf(`refund ${refund.id}`, 18)}`;
    const paidOn = shanghaiDay(now());
    const proof = await paper.renderRefund({
      transactionNumber,
      paidOn,
      payerName: insurer.name,
      payeeName: refund.payeeName ?? '原付款人',
      payeeAccountMasked: refund.payeeAccountMasked ?? '原付款账户',
      amountFen: parseYuan(refund.amount) ?? 0,
      purpose: `退保退还保费（${row.causeLabel}），订单 ${row.orderNumber}`,
    });
    const uploadId = await upload('EVIDENCE', refund.id, 'application/pdf', proof, signal);
    if (!uploadId) return;
    const input = {
      refundId: refund.id,
      transactionNumber,
      paidOn,
      uploadId,
      payeeAccount: result.payeeAccount,
    };
    // The proof is another file after a restart in between; that nothing is paid twice the refund's state sees to.
    await act('confirmRefund', 'ConfirmRefundInput', refund.id, input, signal, uploadId);
  }

  /** Takes a ticket that was handed over, answers what was written last, and calls it solved when nothing follows. */
  async function serve(row: Ticket, signal?: AbortSignal): Promise<void> {
    const last = row.messages.at(-1);
    const at = row.events.at(-1)?.at ?? null;
    if (!last || isPaused(row.id) || !isOlder(at, pace.answerMs)) return;
    const said = (name: string, inputType: string, text: string) =>
      act(name, inputType, row.id, { ticketId: row.id, text }, signal, last.id);
    if (row.state === 'OPEN')
      await act('takeTicket', 'TakeTicketInput', row.id, { ticketId: row.id }, signal, last.id);
    else if (last.author !== 'UNDERWRITER')
      await said(
        'answerTicket',
        'AnswerTicketInput',
        `（演示机构自动答复）已收到您关于“${row.typeLabel}”的来信并登记。演示机构不办理真实业务，您可以继续回复或补充附件。`,
      );
    else if (isOlder(at, pace.answerMs * RESOLVE_DELAYS))
      await said(
        'resolveTicket',
        'ResolveTicketInput',
        '（演示机构自动答复）演示事项已办结。如未解决，可以重新打开一次。',
      );
  }

  /** The files of an electronic invoice, or null where the platform did not take them. */
  async function files(
    row: Invoice,
    number: string,
    issuedOn: string,
    signal?: AbortSignal,
  ): Promise<string[] | null> {
    const content = {
      typeLabel: row.typeLabel,
      number,
      issuedOn,
      buyerName: row.title.name,
      buyerTaxNumber: row.title.taxNumber,
      sellerName: insurer.name,
      content: row.content,
      policyNumber: row.policyNumber,
      netFen: parseYuan(row.net) ?? 0,
      vatFen: parseYuan(row.vat) ?? 0,
      amountFen: parseYuan(row.amount) ?? 0,
    };
    const ids = [
      await upload('INVOICE', row.id, 'application/pdf', await paper.renderInvoice(content), signal),
    ];
    if (isDigital(row.type)) {
      const xml = new TextEncoder().encode(invoiceXml(content));
      ids.push(await upload('INVOICE', row.id, 'application/xml', xml, signal));
    }
    return ids.every((id) => id !== null) ? ids : null;
  }

  async function upload(
    purpose: 'INVOICE' | 'EVIDENCE',
    objectId: string,
    contentType: string,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<string | null> {
    const response = await fetch(`${origin}/uploads?purpose=${purpose}`, {
      method: 'POST',
      headers: { 'content-type': contentType, authorization },
      body: body as Uint8Array<ArrayBuffer>,
      signal: timeout(signal),
    });
    const answer = (await response.json()) as { id?: string };
    if (answer.id) return answer.id;
    log.warn(
      { objectId, status: response.status },
      'the platform did not take the file of a sandbox insurer',
    );
    pausedUntil.set(objectId, now() + REFUSED_PAUSE_MS);
    return null;
  }

  return {
    /** @throws Error if the platform does not answer, or answers with a fault */
    async turn(signal?: AbortSignal): Promise<void> {
      const desk = await ask<Desk>(DESK, {}, null, signal);
      for (const quote of desk.quotes.nodes) await offer(quote, signal);
      for (const quote of desk.accepted.nodes) await issue(quote, signal);
      for (const shortfall of desk.coverShortfalls) await extend(shortfall, signal);
      const givenBack = new Set(desk.givenBack.nodes.map(({ id }) => id));
      for (const row of desk.givenBack.nodes) await reverse(row, signal);
      for (const row of [...desk.invoices.nodes, ...desk.parcels.nodes])
        if (!givenBack.has(row.id)) await invoice(row, signal);
      for (const row of desk.surrenders.nodes) await giveBack(row, signal);
      for (const row of desk.tickets.nodes) await serve(row, signal);
      for (const [id, until] of pausedUntil) if (until <= now()) pausedUntil.delete(id);
    },
  };
}

const isDigital = (type: string) => type.startsWith('DIGITAL_');
const isPaper = (type: string) => type.startsWith('PAPER_');

/** A number as the type bears it, the same for the same invoice at every start. */
function numberOf({ id, type }: Invoice, what: string): { code: string | null; number: string } {
  if (isDigital(type)) return { code: null, number: digitsOf(`${what} ${id}`, 20) };
  const codeDigits = type === 'PAPER_SPECIAL' ? 10 : 12;
  return { code: digitsOf('code of the sandbox', codeDigits), number: digitsOf(`${what} ${id}`, 8) };
}

/** The data of a sample. It is none of the tax office's, and says so. */
function invoiceXml(content: InvoicePaper): string {
  const escaped = (value: string | number) =>
    String(value).replace(/[<>&]/g, (sign) => `&#${sign.codePointAt(0)};`);
  const elements = Object.entries(content).map(([name, value]) => `  <${name}>${escaped(value)}</${name}>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<invoice note="${SPECIMEN_TEXT}">`,
    ...elements,
    '</invoice>',
    '',
  ].join('\n');
}

/** Digits that are the same for the same text at every start. */
function digitsOf(text: string, count: number): string {
  const hash = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
  return String(hash).slice(-count).padStart(count, '0');
}
