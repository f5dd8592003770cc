import type { Service } from './server.ts';

// biome-ignore lint/suspicious/noExplicitAny: each question has an answer of its own
export type Any = any;

/** A small picture, so that something can be sent. */
export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==',
  'base64',
);

/** Today in Shanghai, as "2026-11-24". */
export const today = (): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());

/** Asks until an answer is there. */
export async function until<T>(ask: () => Promise<T | null | undefined>): Promise<T> {
  for (let turn = 0; turn < 300; turn += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not come.');
}

/** Somebody who acts through the API; a refusal is a fault of the test. */
export function actorOf(service: Service, auth: Record<string, string>) {
  const ask = (query: string, variables?: unknown) => service.ask<Any>(auth, query, variables);
  return {
    ask,
    /** Runs the mutation `name`, whose input type is named after it. */
    act: async (name: string, input: unknown, fields = '__typename'): Promise<Any> => {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
      const answer = await ask(
        `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} ... on Error { code message } } }`,
        { input },
      );
      if (answer[name].code) throw new Error(`${name}: ${JSON.stringify(answer[name])}`);
      return answer[name];
    },
    /** Sends a file for a purpose, the small picture unless there is another. @returns its id */
    upload: async (
      purpose: string,
      body: string | Uint8Array<ArrayBuffer> = picture,
      contentType = 'image/png',
    ): Promise<string> => {
      const answer = await fetch(`${service.origin}/uploads?purpose=${purpose}`, {
        method: 'POST',
        headers: { ...auth, 'content-type': contentType },
        body,
      });
      return ((await answer.json()) as { id: string }).id;
    },
  };
}
export type ApiActor = ReturnType<typeof actorOf>;

/** Sections that the bidder may still apply for with a bid deposit, the latest deadline first. */
export async function sectionsToApply({ ask }: ApiActor): Promise<{ id: string }[]> {
  const { bidSections } = await ask(
    '{ bidSections(filter: { state: ANNOUNCED, depositKind: BID }, first: 50) { nodes { id deadlineAt mayApply(kind: BID) { allowed } } } }',
  );
  return bidSections.nodes
    .filter((row: Any) => row.mayApply.allowed)
    .toSorted((a: Any, b: Any) => Date.parse(b.deadlineAt) - Date.parse(a.deadlineAt));
}

export interface DraftWish {
  /** Whose product; any insurer's where it is left out. */
  readonly insurerId?: string;
  /** The invoice wished for with the application. */
  readonly invoiceType?: string;
}

/** A draft for a section, one product chosen and the form filled in. @returns the order's id */
export async function givenDraft(
  { ask, act }: ApiActor,
  sectionId: string,
  { insurerId, invoiceType }: DraftWish = {},
): Promise<string> {
  const { id: orderId } = await act(
    'startOrder',
    { sectionId, depositKind: 'BID', form: 'INSURANCE' },
    '... on Order { id }',
  );
  const { products } = await ask(
    'query ($id: ID!) { products(sectionId: $id, depositKind: BID, form: INSURANCE) { id insurer { id } } }',
    { id: sectionId },
  );
  const product = products.find((row: Any) => !insurerId || row.insurer.id === insurerId);
  await act('chooseProducts', { orderId, productIds: [product.id] });
  await act('saveApplication', {
    orderId,
    application: {
      section: { constructionDays: 180 },
      applicant: { qualification: 'FIRST', contactName: '王演示', contactPhone: '024-42800000' },
      handler: { name: '李演示', mobile: '13900000001', email: 'handler@example.com' },
      ...(invoiceType && { invoicePreference: { type: invoiceType } }),
    },
  });
  return orderId;
}

/** Reads, accepts and submits a draft, and waits for the sandbox insurer's offer. @returns the payment that is now asked for */
export async function givenPayment(
  { ask, act }: ApiActor,
  orderId: string,
): Promise<{ id: string; amount: string; remarkCode: string }> {
  const { order, platform } = await ask(
    'query ($id: ID!) { platform { salesPageVersion } order(id: $id) { requiredDocuments { statement document { id pages } } } }',
    { id: orderId },
  );
  const documents = new Map<string, string[]>(
    order.requiredDocuments.map((row: Any) => [row.document.id, row.document.pages]),
  );
  const at = new Date().toISOString();
  for (const [documentId, pages] of documents) {
    await act('recordSalesEvents', {
      orderId,
      pageVersion: platform.salesPageVersion,
      events: [
        { kind: 'DOCUMENT_OPENED', at, documentId },
        ...pages.slice(1).map((_, i) => ({ kind: 'DOCUMENT_PAGE_TURNED', at, documentId, page: i + 2 })),
        { kind: 'DOCUMENT_READ_TO_END', at, documentId },
      ],
    });
  }
  for (const [statement, rows] of Map.groupBy(order.requiredDocuments as Any[], (row) => row.statement)) {
    await until(async () => {
      const { acceptDocuments } = await ask(
        'mutation ($input: AcceptDocumentsInput!) { acceptDocuments(input: $input) { __typename ... on Error { retryable message } } }',
        { input: { orderId, statement, documentIds: rows.map((row) => row.document.id) } },
      );
      return acceptDocuments.__typename === 'Order' || null;
    });
  }
  await act('submitOrder', { orderId });
  return until(
    async () =>
      (await ask('query ($id: ID!) { order(id: $id) { payment { id amount remarkCode } } }', { id: orderId }))
        .order.payment,
  );
}

/** Sends a voucher for what is outstanding. */
export async function sendVoucher(bidder: ApiActor, orderId: string): Promise<void> {
  const { viewer } = await bidder.ask('{ viewer { enterprise { name } } }');
  await bidder.act('submitVoucher', {
    orderId,
    uploadId: await bidder.upload('VOUCHER'),
    payerName: viewer.enterprise.name,
    payerAccount: '6222000012345365',
    transactionNumber: crypto.randomUUID(),
    paidOn: today(),
  });
}

/** An order with its policy, bought through the API. @returns the order's id */
export async function givenPolicy(
  bidder: ApiActor,
  operator: ApiActor,
  wish: DraftWish = {},
): Promise<string> {
  const [section] = await sectionsToApply(bidder);
  if (!section) throw new Error('There is no section to apply for.');
  const orderId = await givenDraft(bidder, section.id, wish);
  const payment = await givenPayment(bidder, orderId);
  await sendVoucher(bidder, orderId);
  await operator.act('confirmPayment', { paymentId: payment.id });
  await until(
    async () =>
      (await bidder.ask('query ($id: ID!) { order(id: $id) { policy { id } } }', { id: orderId })).order
        .policy,
  );
  return orderId;
}
