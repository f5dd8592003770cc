import { and, asc, eq, inArray, isNull, or } from 'drizzle-orm';
import type { Db } from '../../db/open.ts';
import { insurers, productDocuments, products } from '../../db/tables/insurer.ts';
import type { DepositKind, GuaranteeForm } from '../../db/vocabulary.ts';
import { type PremiumBreakdown, premium } from '../../kernel/premium.ts';

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

/**
 * What can be chosen for a kind and a form, in the neutral order that is stated to the bidder: by the insurer's full name in the
 * order of its characters, since no insurer may be preferred (see `neutralOrderRule`).
 */
export async function productsOnOffer(
  db: Db,
  depositKind: DepositKind,
  form: GuaranteeForm,
): Promise<ProductRow[]> {
  const rows = await db
    .select({ product: products })
    .from(products)
    .innerJoin(insurers, eq(insurers.id, products.insurerId))
    .where(and(eq(products.depositKind, depositKind), eq(products.form, form), eq(products.active, true)))
    .orderBy(asc(insurers.name), asc(products.name));
  return rows.map((row) => row.product);
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
 * @returns null where the underwriter sets the premium, or the sum is above what the product insures
 */
export function referencePremium(
  product: ProductRow,
  sumInsuredFen: number,
  days: number,
): PremiumBreakdown | null {
  if (sumInsuredFen <= 0 || days <= 0) return null;
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
