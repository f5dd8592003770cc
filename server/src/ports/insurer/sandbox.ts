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
 * insurer's system would. It answers quotes, issues policies and invoices, and never says that money has arrived: that is for a
 * person to see. All that it makes is fictional and says so.
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
  /** Between the steps of an invoice: its acceptance, its issue, its posting, its reversal once it is demanded. */
  readonly invoiceStepMs: number;
  /** From the posting of a paper invoice to its delivery. */
  readonly parcelMs: number;
}

const POLL_MS = 1000;
const REQUEST_TIMEOUT_MS = 20_000;
/** How long a person may look at quotes and paid orders before they move on. */
const QUOTE_AGE_MS = 2000;
const ISSUE_AGE_MS = 1000;
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
}
fragment Asked on Invoice { id state type typeLabel content policyNumber amount net vat requestedAt events { at } title { name taxNumber } }`;

const mutationOf = (name: string, inputType: string) =>
  `mutation Sandbox($input: ${inputType}!) { result: ${name}(input: $input) { __typename ... on Error { code message } } }`;

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
    const { result } = await ask<{ result: { __typename: string; code?: string; message?: string } }>(
      mutationOf(name, inputType),
      { input },
      key,
      signal,
    );
    if (!result.code) return true;
    log.warn({ act: name, objectId, code: result.code }, 'the platform refused what a sandbox insurer did');
    pausedUntil.set(objectId, now() + REFUSED_PAUSE_MS);
    return false;
  }

  const isOlder = (instant: string | null, ageMs: number) =>
    instant !== null && now() - (parseInstant(instant) ?? Number.POSITIVE_INFINITY) >= ageMs;
  const isPaused = (id: string) => (pausedUntil.get(id) ?? 0) > now();

  async function offer(quote: Quote, signal?: AbortSignal): Promise<void> {
    if (isPaused(quote.id) || !isOlder(quote.submittedAt, QUOTE_AGE_MS)) return;
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
      !isOlder(order.payment?.confirmedAt ?? null, ISSUE_AGE_MS)
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
    const ids = [await upload(row, 'application/pdf', await paper.renderInvoice(content), signal)];
    if (isDigital(row.type)) {
      const xml = new TextEncoder().encode(invoiceXml(content));
      ids.push(await upload(row, 'application/xml', xml, signal));
    }
    return ids.every((id) => id !== null) ? ids : null;
  }

  async function upload(
    row: Invoice,
    contentType: string,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<string | null> {
    const response = await fetch(`${origin}/uploads?purpose=INVOICE`, {
      method: 'POST',
      headers: { 'content-type': contentType, authorization },
      body: body as Uint8Array<ArrayBuffer>,
      signal: timeout(signal),
    });
    const answer = (await response.json()) as { id?: string };
    if (answer.id) return answer.id;
    log.warn(
      { objectId: row.id, status: response.status },
      'the platform did not take the file of a sandbox insurer',
    );
    pausedUntil.set(row.id, now() + REFUSED_PAUSE_MS);
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
