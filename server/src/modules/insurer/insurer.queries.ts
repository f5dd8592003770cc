import { and, asc, count, desc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ownAffairs } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { contains } from '../../db/search.ts';
import { insurers, productDocuments, products } from '../../db/tables/insurer.ts';
import type { DepositKind, DocumentKind, GuaranteeForm, InsurerState } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import { type PremiumBreakdown, premium } from '../../kernel/premium.ts';
import type { Candidate } from './offer.ts';

export type InsurerRow = typeof insurers.$inferSelect;
export type ProductRow = typeof products.$inferSelect;
export type DocumentRow = typeof productDocuments.$inferSelect;

export async function insurersByIds(db: Db, ids: readonly string[]): Promise<(InsurerRow | null)[]> {
  const rows = await db
    .select()
    .from(insurers)
    .where(inArray(insurers.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function productsByIds(db: Db, ids: readonly string[]): Promise<(ProductRow | null)[]> {
  const rows = await db
    .select()
    .from(products)
    .where(inArray(products.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

const candidatesWhere = async (db: Db, condition: SQL | undefined): Promise<Candidate[]> => {
  const rows = await db
    .select({ product: products, insurer: insurers })
    .from(products)
    .innerJoin(insurers, eq(insurers.id, products.insurerId))
    .where(condition)
    .orderBy(asc(insurers.name), asc(products.name));
  const kinds = await db
    .select({ productId: productDocuments.productId, kind: productDocuments.kind })
    .from(productDocuments)
    .where(
      and(
        isNull(productDocuments.replacedAt),
        inArray(
          productDocuments.productId,
          rows.map(({ product }) => product.id),
        ),
      ),
    );
  const byProduct = Map.groupBy(kinds, (row) => row.productId);
  return rows.map((row) => ({
    ...row,
    documentKinds: new Set(byProduct.get(row.product.id)?.map(({ kind }) => kind)),
  }));
};

/**
 * All products for a kind and a form, in the neutral order that is stated to the bidder: by the insurer's full name in the order of
 * its characters, since no insurer may be preferred (see `neutralOrderRule`). `offerFaults` says which are on offer.
 */
export const candidatesFor = (db: Db, depositKind: DepositKind, form: GuaranteeForm): Promise<Candidate[]> =>
  candidatesWhere(db, and(eq(products.depositKind, depositKind), eq(products.form, form)));

/** The products with what decides whether they are on offer, in the order of the ids. */
export async function candidatesByIds(db: Db, ids: readonly string[]): Promise<(Candidate | null)[]> {
  const found = await candidatesWhere(db, inArray(products.id, [...ids]));
  const byId = new Map(found.map((candidate) => [candidate.product.id, candidate]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Insurers as staff see them, by name: an underwriter sees its own. */
export async function listInsurers(
  db: Db,
  actor: Actor,
  filter: { readonly state?: InsurerState | null | undefined; readonly search?: string | null | undefined },
  page: PageRequest,
): Promise<Page<InsurerRow>> {
  const matching = and(
    ownAffairs(actor, insurers.id),
    filter.state ? eq(insurers.state, filter.state) : undefined,
    filter.search
      ? or(contains(insurers.name, filter.search), contains(insurers.shortName, filter.search))
      : undefined,
  );
  const rows = await db
    .select()
    .from(insurers)
    .where(and(matching, before(page, insurers)))
    .orderBy(desc(insurers.createdAt), desc(insurers.id))
    .limit(page.first + 1);
  return pageOf(
    rows,
    page.first,
    ({ id, createdAt }) => ({ key: createdAt, id }),
    async () => {
      const [row] = await db.select({ n: count() }).from(insurers).where(matching);
      return row?.n ?? 0;
    },
  );
}

export interface ProductFilter {
  readonly insurerId?: string | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
  readonly form?: GuaranteeForm | null | undefined;
  readonly active?: boolean | null | undefined;
  readonly search?: string | null | undefined;
}

/** Products as staff see them, those not sold included, newest first: an underwriter sees its insurer's. */
export async function listProducts(
  db: Db,
  actor: Actor,
  filter: ProductFilter,
  page: PageRequest,
): Promise<Page<ProductRow>> {
  const matching = and(
    ownAffairs(actor, products.insurerId),
    filter.insurerId ? eq(products.insurerId, filter.insurerId) : undefined,
    filter.depositKind ? eq(products.depositKind, filter.depositKind) : undefined,
    filter.form ? eq(products.form, filter.form) : undefined,
    typeof filter.active === 'boolean' ? eq(products.active, filter.active) : undefined,
    filter.search ? contains(products.name, filter.search) : undefined,
  );
  const rows = await db
    .select()
    .from(products)
    .where(and(matching, before(page, products)))
    .orderBy(desc(products.createdAt), desc(products.id))
    .limit(page.first + 1);
  return pageOf(
    rows,
    page.first,
    ({ id, createdAt }) => ({ key: createdAt, id }),
    async () => {
      const [row] = await db.select({ n: count() }).from(products).where(matching);
      return row?.n ?? 0;
    },
  );
}

/** Rows that come after the last one of the page before, newest first. */
const before = ({ after }: PageRequest, table: typeof insurers | typeof products) =>
  after ? sql`(${table.createdAt}, ${table.id}) < (${after.key}, ${after.id})` : undefined;

/** Every version of a product's documents, or of the platform's own, newest first: an underwriter sees its insurer's. */
export async function documentVersions(
  db: Db,
  actor: Actor,
  filter: { readonly productId?: string | null | undefined; readonly kind?: DocumentKind | null | undefined },
  { first, after }: PageRequest,
): Promise<Page<DocumentRow>> {
  const { productId, kind } = filter;
  const matching = and(
    productId ? eq(productDocuments.productId, productId) : isNull(productDocuments.productId),
    kind ? eq(productDocuments.kind, kind) : undefined,
    ownAffairs(actor, products.insurerId),
  );
  const rows = await db
    .select({ document: productDocuments })
    .from(productDocuments)
    .leftJoin(products, eq(products.id, productDocuments.productId))
    .where(
      and(
        matching,
        after
          ? sql`(${productDocuments.publishedAt}, ${productDocuments.id}) < (${after.key}, ${after.id})`
          : undefined,
      ),
    )
    .orderBy(desc(productDocuments.publishedAt), desc(productDocuments.id))
    .limit(first + 1);
  return pageOf(
    rows.map(({ document }) => document),
    first,
    ({ id, publishedAt }) => ({ key: publishedAt, id }),
    async () => {
      const [row] = await db
        .select({ n: count() })
        .from(productDocuments)
        .leftJoin(products, eq(products.id, productDocuments.productId))
        .where(matching);
      return row?.n ?? 0;
    },
  );
}

/** Whether a file belongs to a published document, whichever version: those are for everybody to read. */
export async function isDocumentFile(db: Db, uploadId: string): Promise<boolean> {
  return (await db.$count(productDocuments, eq(productDocuments.fileUploadId, uploadId))) > 0;
}

export const neutralOrderRule = '按保险机构全称的字符顺序排列，不作推荐。';

/** The newest versions: the platform's own documents and those of the given products. */
export async function documentsInForce(db: Db, productIds: readonly string[]): Promise<DocumentRow[]> {
  return db
    .select()
    .from(productDocuments)
    .where(
      and(
        isNull(productDocuments.replacedAt),
        or(isNull(productDocuments.productId), inArray(productDocuments.productId, [...productIds])),
      ),
    )
    .orderBy(asc(productDocuments.productId), asc(productDocuments.kind));
}

/** In-force documents of each product, without the platform's. */
export async function documentsOfProducts(db: Db, productIds: readonly string[]): Promise<DocumentRow[][]> {
  const rows = await db
    .select()
    .from(productDocuments)
    .where(and(isNull(productDocuments.replacedAt), inArray(productDocuments.productId, [...productIds])))
    .orderBy(asc(productDocuments.kind));
  const byProduct = Map.groupBy(rows, (row) => row.productId);
  return productIds.map((id) => byProduct.get(id) ?? []);
}

export async function documentsByIds(db: Db, ids: readonly string[]): Promise<(DocumentRow | null)[]> {
  const rows = await db
    .select()
    .from(productDocuments)
    .where(inArray(productDocuments.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/**
 * What a product costs before underwriting.
 *
 * @param sumInsuredFen in fen, greater than 0
 * @param days of cover, greater than 0
 * @returns null where the underwriter sets the premium, or the sum is not what the product insures
 */
export function referencePremium(
  product: ProductRow,
  sumInsuredFen: number,
  days: number,
): PremiumBreakdown | null {
  if (sumInsuredFen <= 0 || days <= 0) return null;
  if (product.minimumSumFen !== null && sumInsuredFen < product.minimumSumFen) return null;
  if (product.maximumSumFen !== null && sumInsuredFen > product.maximumSumFen) return null;
  return premium({
    formula: product.formula,
    rate: product.rate,
    tiers: product.tiers,
    minimumFen: product.minimumFen,
    sumInsuredFen,
    days,
  });
}
