import type { Person, SectionWish } from '../../../test/support/given.ts';
import type { Ask, Harness } from '../../../test/support/harness.ts';
import type { ApplicationRow } from '../../db/tables/order.ts';
import type { DepositKind, InvoiceType, PremiumFormula } from '../../db/vocabulary.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { randomDigits } from '../../kernel/id.ts';
import { limits } from '../../limits.ts';
import type { InsurerRow, ProductRow } from '../insurer/insurer.queries.ts';
import type { SectionRow } from '../section/section.queries.ts';

/** An application by itself, with nothing in it but what is asked for. */
export const filledApplication = (facts: Partial<ApplicationRow> = {}): ApplicationRow => ({
  section: { constructionDays: null, projectCode: null, projectAddress: null, projectName: null },
  cover: { sumInsuredFen: null, startOn: null, days: null },
  applicant: {
    name: '本溪演示建设有限公司',
    creditCode: '91330212MA2AECMD5B',
    registeredAddress: null,
    contactAddress: null,
    qualification: null,
    contactName: null,
    contactPhone: null,
  },
  insured: { name: null, creditCode: null },
  handler: { name: null, mobile: null, email: null },
  invoicePreference: null,
  savedAt: 0,
  ...facts,
});

const refusal = (...own: string[]) =>
  [
    '... on Error { code message retryable }',
    '... on InvalidInput { issues { path message } }',
    '... on TransitionRefused { refusedIn: currentState event: refusedEvent }',
    ...own,
  ].join(' ');

export const START = `mutation ($input: StartOrderInput!) { startOrder(input: $input) {
  ... on Order { id state } ${refusal('... on DuplicateOrder { orderId }')} } }`;
export const START_AGAIN = `mutation ($input: StartOrderAgainInput!) { startOrderAgain(input: $input) {
  ... on Order { id state products { id } requiredDocuments { accepted } application { complete
    section { constructionDays } cover { sumInsured startOn days } applicant { name contactName } handler { mobile } } }
  ${refusal('... on DuplicateOrder { orderId }')} } }`;
export const CHOOSE = `mutation ($input: ChooseProductsInput!) { chooseProducts(input: $input) {
  ... on Order { id products { id } } ${refusal()} } }`;
export const RECORD = `mutation ($input: RecordSalesEventsInput!) { recordSalesEvents(input: $input) {
  ... on Order { id } ${refusal()} } }`;
export const ACCEPT_DOCUMENTS = `mutation ($input: AcceptDocumentsInput!) { acceptDocuments(input: $input) {
  ... on Order { id requiredDocuments { statement accepted document { id kind } } } ${refusal(
    '... on ReadingIncomplete { secondsLeft documents { document { kind } opened missingPages readToEnd secondsLeft } }',
  )} } }`;
export const SAVE = `mutation ($input: SaveApplicationInput!) { saveApplication(input: $input) {
  ... on Order { id application { complete warnings { path message }
    section { constructionDays projectCode projectAddress projectName depositAmount }
    cover { sumInsured startOn days endOn }
    applicant { name creditCode registeredAddress contactAddress qualification contactName contactPhone }
    insured { name creditCode } handler { name mobile email } invoicePreference { type } prefilled { path source } } }
  ${refusal('... on DraftChanged { paths kept: application { applicant { contactName contactPhone } } }')} } }`;
export const SUBMIT = `mutation ($input: SubmitOrderInput!) { submitOrder(input: $input) {
  ... on Order { id state quotes { id number state referencePremium } } ${refusal('... on ConsentMissing { documents { kind } }')} } }`;
export const CANCEL = `mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) {
  ... on Order { id state cancelReason quotes { state } } ${refusal()} } }`;
export const OFFER = `mutation ($input: OfferQuoteInput!) { offerQuote(input: $input) {
  ... on Quote { id state premium order { state orderAmount } } ${refusal()} } }`;
export const AGREE = `mutation ($input: AgreeToOfferInput!) { agreeToOffer(input: $input) {
  ... on Quote { id state premium order { state orderAmount } } ${refusal()} } }`;
export const REFUSE = `mutation ($input: RefuseOfferInput!) { refuseOffer(input: $input) {
  ... on Quote { id state proposals { state refuseReason } } ${refusal()} } }`;
export const DECLINE = `mutation ($input: DeclineQuoteInput!) { declineQuote(input: $input) {
  ... on Quote { id state order { state } } ${refusal()} } }`;
export const REQUEST_MATERIAL = `mutation ($input: RequestMaterialInput!) { requestMaterial(input: $input) {
  ... on Quote { id state materialRequest } ${refusal()} } }`;
export const SUPPLY = `mutation ($input: SupplyMaterialInput!) { supplyMaterial(input: $input) {
  ... on Quote { id state materialNote materials { id } } ${refusal()} } }`;
export const ACCEPT_QUOTE = `mutation ($input: AcceptQuoteInput!) { acceptQuote(input: $input) {
  ... on Order { id state orderAmount acceptedQuote { id } quotes { id state } }
  ${refusal('... on PremiumChanged { premium }', '... on QuoteExpired { expiredAt }')} } }`;

const batchFields = `id submittedAt orders { id state section { id code } }
  notStarted { section { id } order { id } code message issues { path message } }
  notSubmitted { section { id } order { id } code message issues { path message } }`;
const batchRefusal =
  '... on BatchRefused { refusals { section { id } order { id } code message issues { path message } } }';
export const START_SEVERAL = `mutation ($input: StartOrdersInput!) { startOrders(input: $input) {
  ... on OrderBatch { ${batchFields} } ${refusal(batchRefusal)} } }`;
export const CHOOSE_FOR_ALL = `mutation ($input: ChooseBatchProductsInput!) { chooseBatchProducts(input: $input) {
  ... on OrderBatch { id orders { id products { id } } } ${refusal()} } }`;
export const RECORD_FOR_ALL = `mutation ($input: RecordBatchSalesEventsInput!) { recordBatchSalesEvents(input: $input) {
  ... on OrderBatch { id } ${refusal()} } }`;
export const ACCEPT_FOR_ALL = `mutation ($input: AcceptBatchDocumentsInput!) { acceptBatchDocuments(input: $input) {
  ... on OrderBatch { id orders { requiredDocuments { accepted } } }
  ${refusal('... on ReadingIncomplete { secondsLeft documents { document { kind } opened } }')} } }`;
export const SAVE_FOR_ALL = `mutation ($input: SaveBatchApplicationInput!) { saveBatchApplication(input: $input) {
  ... on OrderBatch { id orders { id application { complete applicant { contactName contactPhone } handler { mobile } } } }
  ${refusal('... on DraftChanged { paths }')} } }`;
export const SUBMIT_SEVERAL = `mutation ($input: SubmitOrdersInput!) { submitOrders(input: $input) {
  ... on OrderBatch { ${batchFields} } ${refusal(batchRefusal)} } }`;

/** A bidder, a section and products of as many insurers as asked for, with all documents. */
export interface Scene {
  readonly h: Harness;
  readonly bidder: Person;
  readonly ask: Ask;
  readonly section: SectionRow;
  readonly insurers: readonly InsurerRow[];
  readonly products: readonly ProductRow[];
  readonly kind: DepositKind;
  readonly invoiceType?: InvoiceType;
}

export interface SceneWish {
  readonly insurers?: number;
  readonly kind?: DepositKind;
  readonly formula?: PremiumFormula;
  readonly maximumSumFen?: number | null;
  readonly section?: SectionWish;
  /** Sum insured above which every insurer wants two underwriters. */
  readonly secondUnderwriterAboveFen?: number;
  /** Somebody who applies already, instead of another enterprise. */
  readonly bidder?: Person;
  /** An insurer and its product that are there already, instead of new ones. */
  readonly insurer?: InsurerRow;
  readonly product?: ProductRow;
  /** The invoice that the application wishes for; none when absent. */
  readonly invoiceType?: InvoiceType;
}

export async function sceneOf(h: Harness, wish: SceneWish = {}): Promise<Scene> {
  const kind = wish.kind ?? 'BID';
  await h.given.platformDocuments();
  const insurers: InsurerRow[] = [];
  const products: ProductRow[] = [];
  if (wish.insurer && wish.product) {
    insurers.push(wish.insurer);
    products.push(wish.product);
  }
  for (let i = insurers.length; i < (wish.insurers ?? 1); i += 1) {
    const insurer = await h.given.insurer(
      `演示第${i + 1}财产保险${randomDigits(6)}股份有限公司`,
      wish.secondUnderwriterAboveFen ?? null,
    );
    insurers.push(insurer);
    products.push(
      await h.given.product(insurer.id, {
        depositKind: kind,
        ...(wish.formula ? { formula: wish.formula } : {}),
        maximumSumFen: wish.maximumSumFen ?? null,
      }),
    );
  }
  const section = await h.given.section(wish.section ?? {});
  const bidder = wish.bidder ?? (await h.given.bidder());
  const { invoiceType } = wish;
  const scene = { h, bidder, ask: h.as(bidder), section, insurers, products, kind };
  return invoiceType ? { ...scene, invoiceType } : scene;
}

/** A draft of the scene's bidder, without anything chosen. */
export async function startedOrder(scene: Scene, ask: Ask = scene.ask): Promise<string> {
  const input = { sectionId: scene.section.id, depositKind: scene.kind, form: 'INSURANCE' };
  const { data, errors } = await ask(START, { input });
  if (!data?.startOrder.id) throw new Error(`Not started: ${JSON.stringify(errors ?? data.startOrder)}`);
  return data.startOrder.id;
}

/** What a clerk fills in beside what is filled in already. */
export const filledIn = {
  section: { constructionDays: 180 },
  applicant: { qualification: 'FIRST', contactName: '王演示', contactPhone: '024-42800000' },
  handler: { name: '李演示', mobile: '13900000001', email: 'handler@example.com' },
};

interface Required {
  readonly statement: string;
  readonly document: { readonly id: string; readonly pages: readonly string[] };
}

/** What the order asks to be read, and the version of the pages that show it. */
export async function toRead(
  orderId: string,
  ask: Ask,
): Promise<{ required: Required[]; pageVersion: string }> {
  const { data } = await ask(
    `query ($id: ID!) { platform { salesPageVersion }
      order(id: $id) { requiredDocuments { statement document { id pages } } } }`,
    { id: orderId },
  );
  return { required: data.order.requiredDocuments, pageVersion: data.platform.salesPageVersion };
}

/** The acts of somebody who opens a document, turns every page and reads to its end. */
export const readingOf = (document: Required['document'], at: string) => [
  { kind: 'DOCUMENT_OPENED', at, documentId: document.id },
  ...document.pages
    .slice(1)
    .map((_, i) => ({ kind: 'DOCUMENT_PAGE_TURNED', at, documentId: document.id, page: i + 2 })),
  { kind: 'DOCUMENT_READ_TO_END', at, documentId: document.id },
];

/** Reads every document page by page, for as long as that takes, and accepts it with its statement. */
export async function acceptEverything(h: Harness, orderId: string, ask: Ask): Promise<void> {
  const { required, pageVersion } = await toRead(orderId, ask);
  const documents = new Map(required.map(({ document }) => [document.id, document]));
  const events = [...documents.values()].flatMap((document) => readingOf(document, formatInstant(h.now())));
  // The reading lies a while back, so that tests go on at the time they are at.
  h.pass(-limits.readingMsPerDocumentMax);
  await ask(RECORD, { input: { orderId, pageVersion, events } });
  h.pass(limits.readingMsPerDocumentMax);
  for (const [statement, rows] of Map.groupBy(required, (row) => row.statement)) {
    const documentIds = rows.map((row) => row.document.id);
    await ask(ACCEPT_DOCUMENTS, { input: { orderId, statement, documentIds } });
  }
}

/** Reads every document once for all drafts of a batch and accepts it for all. */
export async function acceptEverythingForAll(h: Harness, batchId: string, orderId: string, ask: Ask) {
  const { required, pageVersion } = await toRead(orderId, ask);
  const documents = new Map(required.map(({ document }) => [document.id, document]));
  const events = [...documents.values()].flatMap((document) => readingOf(document, formatInstant(h.now())));
  h.pass(-limits.readingMsPerDocumentMax);
  await ask(RECORD_FOR_ALL, { input: { batchId, pageVersion, events } });
  h.pass(limits.readingMsPerDocumentMax);
  for (const [statement, rows] of Map.groupBy(required, (row) => row.statement)) {
    const documentIds = rows.map((row) => row.document.id);
    await ask(ACCEPT_FOR_ALL, { input: { batchId, statement, documentIds } });
  }
}

/** A draft that can be submitted. */
export async function readyOrder(scene: Scene, ask: Ask = scene.ask): Promise<string> {
  const orderId = await startedOrder(scene, ask);
  await ask(CHOOSE, { input: { orderId, productIds: scene.products.map((product) => product.id) } });
  const wish = scene.invoiceType ? { invoicePreference: { type: scene.invoiceType } } : {};
  await ask(SAVE, { input: { orderId, application: { ...filledIn, ...wish } } });
  await acceptEverything(scene.h, orderId, ask);
  return orderId;
}

export interface SubmittedOrder {
  readonly orderId: string;
  readonly quotes: readonly {
    readonly id: string;
    readonly state: string;
    readonly referencePremium: string;
  }[];
}

/** An order that lies with the insurers. */
export async function submittedOrder(scene: Scene, ask: Ask = scene.ask): Promise<SubmittedOrder> {
  const orderId = await readyOrder(scene, ask);
  const { data, errors } = await ask(SUBMIT, { input: { orderId } });
  if (!data?.submitOrder.id) throw new Error(`Not submitted: ${JSON.stringify(errors ?? data.submitOrder)}`);
  return { orderId, quotes: data.submitOrder.quotes };
}

export const inDays = (h: Harness, days: number) => formatInstant(h.now() + days * 86_400_000);

/** A second underwriter agrees to the offer that waits for one. */
export async function agreed(desk: Ask, quoteId: string): Promise<void> {
  const { data } = await desk(
    'query ($id: ID!) { node(id: $id) { ... on Quote { proposals { id state } } } }',
    {
      id: quoteId,
    },
  );
  const pending = data.node.proposals.find(({ state }: { state: string }) => state === 'PENDING');
  const answer = await desk(AGREE, { input: { proposalId: pending?.id ?? '' } });
  if (answer.data?.agreeToOffer.code ?? answer.errors)
    throw new Error(`Not agreed: ${JSON.stringify(answer.errors ?? answer.data.agreeToOffer)}`);
}

/** An offer of the premium the list showed, good for a week. */
export const offerInput = (h: Harness, quoteId: string, premium = '400.00') => ({
  quoteId,
  premium,
  rate: '0.004',
  validUntil: inDays(h, 7),
});
