import { createHash } from 'node:crypto';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { note } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { insurers, productDocuments, products } from '../../db/tables/insurer.ts';
import type { DepositKind, DocumentKind, GuaranteeForm, PremiumFormula } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { type PremiumTier, tiersFault } from '../../kernel/premium.ts';
import type { DocumentRow, InsurerRow, ProductRow } from './insurer.queries.ts';

export interface InsurerInput {
  readonly id?: string | null | undefined;
  readonly name: string;
  readonly shortName: string;
  readonly licenseNumber: string;
  readonly hotline: string;
  readonly account: {
    readonly accountName: string;
    readonly bankName: string;
    readonly accountNumber: string;
  };
  /** In fen. Undefined keeps what is there, null takes the limit away. */
  readonly secondUnderwriterAbove?: number | null | undefined;
}

/**
 * Adds an insurer or changes one. Orders that run keep the receiving account they were made with.
 *
 * Refuses: NotFound.
 */
export async function saveInsurer(
  command: Command,
  input: InsurerInput,
  logo: string | null = null,
): Promise<InsurerRow> {
  const values = {
    name: input.name,
    shortName: input.shortName,
    licenseNumber: input.licenseNumber,
    hotline: input.hotline,
    accountName: input.account.accountName,
    accountBank: input.account.bankName,
    accountNumber: input.account.accountNumber,
    ...(logo ? { logo } : {}),
    ...(input.secondUnderwriterAbove === undefined
      ? {}
      : { secondUnderwriterAboveFen: input.secondUnderwriterAbove }),
  };
  const [row] = input.id
    ? await command.db.update(insurers).set(values).where(eq(insurers.id, input.id)).returning()
    : await command.db
        .insert(insurers)
        .values({ id: newId('ins'), ...values, createdAt: command.now })
        .returning();
  if (!row) throw new NotFound();
  await note(command, {
    noun: 'insurer',
    objectId: row.id,
    event: 'SAVE',
    note: row.name,
    data: { secondUnderwriterAboveFen: row.secondUnderwriterAboveFen },
  });
  return row;
}

export interface ProductInput {
  readonly id?: string | null | undefined;
  readonly insurerId: string;
  readonly name: string;
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
  readonly formula: PremiumFormula;
  readonly rate?: string | null | undefined;
  readonly minimumPremium: number;
  readonly maximumSum?: number | null | undefined;
  readonly tiers?:
    | readonly { readonly upTo?: number | null | undefined; readonly rate: string }[]
    | null
    | undefined;
  readonly active: boolean;
}

/**
 * Adds a product or changes one. What runs keeps the premium it was offered.
 *
 * Refuses: NotFound, InvalidInput.
 */
export async function saveProduct(command: Command, input: ProductInput): Promise<ProductRow> {
  const [insurer] = await command.db
    .select({ id: insurers.id })
    .from(insurers)
    .where(eq(insurers.id, input.insurerId));
  if (!insurer) throw new NotFound();
  const tiers: PremiumTier[] | null =
    input.tiers?.map((tier) => ({ upToFen: tier.upTo ?? null, rate: tier.rate })) ?? null;
  checkFormula(input, tiers);

  const values = {
    insurerId: input.insurerId,
    name: input.name,
    depositKind: input.depositKind,
    form: input.form,
    formula: input.formula,
    rate: input.rate ?? null,
    tiers: tiers as { upToFen: number | null; rate: string }[] | null,
    minimumFen: input.minimumPremium,
    maximumSumFen: input.maximumSum ?? null,
    active: input.active,
  };
  const [row] = input.id
    ? await command.db.update(products).set(values).where(eq(products.id, input.id)).returning()
    : await command.db
        .insert(products)
        .values({ id: newId('prd'), ...values, createdAt: command.now })
        .returning();
  if (!row) throw new NotFound();
  await note(command, {
    noun: 'product',
    objectId: row.id,
    event: 'SAVE',
    note: row.name,
    data: { rate: row.rate, active: row.active },
  });
  return row;
}

function checkFormula(input: ProductInput, tiers: PremiumTier[] | null): void {
  const rated = input.formula === 'PER_CASE' || input.formula === 'ANNUAL_PRO_RATA';
  if (rated && !input.rate) throw new InvalidInput([{ path: 'rate', message: '该计算方式须填写费率' }]);
  if (!rated && input.rate) throw new InvalidInput([{ path: 'rate', message: '该计算方式不使用单一费率' }]);
  if ((input.formula === 'TIERED') !== (tiers !== null)) {
    throw new InvalidInput([{ path: 'tiers', message: '分档费率须填写分档，其他方式不填' }]);
  }
  const fault = tiers && tiersFault(tiers);
  if (fault) throw new InvalidInput([{ path: 'tiers', message: fault }]);
}

/**
 * Puts a new version of a document in force. Consents stay with the version that was read.
 *
 * Refuses: NotFound.
 */
export async function publishDocument(
  command: Command,
  input: {
    readonly productId?: string | null | undefined;
    readonly kind: DocumentKind;
    readonly title: string;
    readonly pages: readonly string[];
  },
): Promise<DocumentRow> {
  const productId = input.productId ?? null;
  if (productId) {
    const [product] = await command.db
      .select({ id: products.id })
      .from(products)
      .where(eq(products.id, productId));
    if (!product) throw new NotFound();
  }
  const same = and(
    productId ? eq(productDocuments.productId, productId) : isNull(productDocuments.productId),
    eq(productDocuments.kind, input.kind),
  );
  const [last] = await command.db
    .select({ version: productDocuments.version })
    .from(productDocuments)
    .where(same)
    .orderBy(desc(productDocuments.version))
    .limit(1);
  await command.db
    .update(productDocuments)
    .set({ replacedAt: command.now })
    .where(and(same, isNull(productDocuments.replacedAt)));
  const [row] = await command.db
    .insert(productDocuments)
    .values({
      id: newId('doc'),
      productId,
      kind: input.kind,
      title: input.title,
      version: (last?.version ?? 0) + 1,
      pages: [...input.pages],
      sha256: createHash('sha256')
        .update(JSON.stringify([input.title, input.pages]))
        .digest('hex'),
      publishedAt: command.now,
    })
    .returning();
  invariant(row, 'an inserted row is returned');
  await note(command, {
    noun: 'productDocument',
    objectId: row.id,
    event: 'PUBLISH',
    note: row.title,
    data: { version: row.version, sha256: row.sha256 },
  });
  return row;
}
