import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { seesPersons } from '../../access/secrecy.ts';
import type { Core } from '../../command/core.ts';
import type { Command } from '../../command/run.ts';
import type { Config } from '../../config.ts';
import type { Db } from '../../db/open.ts';
import { orderPapers } from '../../db/tables/order.ts';
import {
  depositKindLabel,
  guaranteeFormLabel,
  ORDER_PAPER_KINDS,
  type OrderPaperKind,
  qualificationLabel,
} from '../../db/vocabulary.ts';
import { coverEnd, formatInstant } from '../../kernel/clock.ts';
import { invariant } from '../../kernel/invariant.ts';
import type { ApplicationPaper } from '../../paper/application-paper.ts';
import { type DocumentRow, documentsOfProducts, referencePremium } from '../insurer/insurer.queries.ts';
import { platformName } from '../platform/platform.names.ts';
import { type InsuredProduct, type OrderView, orderById, productsOfOrders } from './order.queries.ts';

/** One paper of one chosen product, as the order stands. */
export interface OrderPaper {
  readonly orderId: string;
  readonly productId: string;
  readonly kind: OrderPaperKind;
  readonly contentSha256: string;
  /** JSON of an `ApplicationPaper`, of which the hash is. */
  readonly content: string;
  /** In milliseconds; null for a preview of what is typed. */
  readonly submittedAt: number | null;
}

/**
 * The papers of an order within what the actor may know of: before it is submitted made of what is typed, afterwards as they were
 * handed in. An insurer without a document of a kind wants no such paper. They name persons, so who may not see those gets none.
 */
export async function papersOfOrder(
  db: Db,
  config: Config,
  actor: Actor,
  orderId: string,
): Promise<OrderPaper[]> {
  const view = await orderById(db, actor, orderId);
  if (!view || !seesPersons(actor)) return [];
  const [chosen = []] = await productsOfOrders(db, actor, [orderId]);
  const { submittedAt } = view.order;
  if (submittedAt === null) return previewsOf(db, config, view, chosen);
  const rows = await db.select().from(orderPapers).where(eq(orderPapers.orderId, orderId));
  return chosen.flatMap(({ product }) =>
    ORDER_PAPER_KINDS.flatMap((kind) =>
      rows
        .filter((row) => row.productId === product.id && row.kind === kind)
        .map((row) => ({ ...row, submittedAt })),
    ),
  );
}

async function previewsOf(
  db: Db,
  config: Config,
  view: OrderView,
  chosen: readonly InsuredProduct[],
): Promise<OrderPaper[]> {
  const documents = await documentsOfProducts(
    db,
    chosen.map(({ product }) => product.id),
  );
  return chosen.flatMap((insured, i) =>
    ORDER_PAPER_KINDS.flatMap((kind) => {
      const terms = documents[i]?.find((document) => document.kind === kind);
      if (!terms) return [];
      const content = JSON.stringify(contentOf(kind, config, view, insured, terms));
      const contentSha256 = createHash('sha256').update(content).digest('hex');
      const { order } = view;
      return {
        orderId: order.id,
        productId: insured.product.id,
        kind,
        contentSha256,
        content,
        submittedAt: null,
      };
    }),
  );
}

function contentOf(
  kind: OrderPaperKind,
  config: Config,
  { order, section }: OrderView,
  { product, insurer }: InsuredProduct,
  terms: DocumentRow,
): ApplicationPaper {
  const { application } = order;
  invariant(application, 'an order is born with an application');
  const { cover, applicant, insured, handler } = application;
  const { sumInsuredFen, startOn, days } = cover;
  const premium = sumInsuredFen && days ? referencePremium(product, sumInsuredFen, days) : null;
  return {
    kind,
    platformName,
    brokerName: config.broker.name,
    insurerName: insurer.name,
    insurerLicense: insurer.licenseNumber,
    productName: product.name,
    orderNumber: order.number,
    depositKindLabel: depositKindLabel[order.depositKind],
    formLabel: guaranteeFormLabel[order.form],
    sectionName: section.name,
    sectionCode: section.code,
    ...application.section,
    depositAmountFen: order.depositAmountFen,
    sumInsuredFen,
    startOn,
    endOn: startOn !== null && days !== null ? coverEnd(startOn, days) : null,
    days,
    referencePremiumFen: premium?.premiumFen ?? null,
    premiumText: premium?.formulaText ?? null,
    applicantName: applicant.name,
    applicantCreditCode: applicant.creditCode,
    registeredAddress: applicant.registeredAddress,
    contactAddress: applicant.contactAddress,
    qualificationLabel: applicant.qualification && qualificationLabel[applicant.qualification],
    contactName: applicant.contactName,
    contactPhone: applicant.contactPhone,
    insuredName: insured.name,
    insuredCreditCode: insured.creditCode,
    handlerName: handler.name,
    handlerMobile: handler.mobile,
    handlerEmail: handler.email,
    terms: { title: terms.title, version: terms.version, sha256: terms.sha256, pages: terms.pages },
  };
}

/**
 * Within the submission: keeps the papers as they are handed in.
 *
 * @returns what the sealed event says of them
 */
export async function keepPapers(
  command: Command,
  view: OrderView,
  chosen: readonly InsuredProduct[],
): Promise<{ productId: string; kind: OrderPaperKind; contentSha256: string }[]> {
  const previews = await previewsOf(command.db, command.core.config, view, chosen);
  const rows = previews.map(({ submittedAt: _, ...paper }) => ({ ...paper, createdAt: command.now }));
  if (rows.length > 0) await command.db.insert(orderPapers).values(rows);
  return rows.map(({ productId, kind, contentSha256 }) => ({ productId, kind, contentSha256 }));
}

/** One paper as a PDF; null where there is none for the actor. */
export async function paperAsPdf(
  core: Core,
  actor: Actor,
  wanted: Pick<OrderPaper, 'orderId' | 'productId'> & { readonly kind: string },
): Promise<Uint8Array | null> {
  const papers = await papersOfOrder(core.database.reader, core.config, actor, wanted.orderId);
  const paper = papers.find(({ productId, kind }) => productId === wanted.productId && kind === wanted.kind);
  if (!paper) return null;
  return core.paper.renderApplication(JSON.parse(paper.content) as ApplicationPaper, {
    contentSha256: paper.contentSha256,
    submittedAt: paper.submittedAt,
    submittedAtText:
      paper.submittedAt === null ? null : formatInstant(paper.submittedAt).slice(0, 19).replace('T', ' '),
    sandbox: core.config.mode === 'sandbox',
  });
}
