import { createHash } from 'node:crypto';
import { and, desc, eq, isNull, ne } from 'drizzle-orm';
import { insurerView } from '../../access/secrecy.ts';
import { changesBetween } from '../../command/changes.ts';
import { bear, expectState, fire, note } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { insurers, productDocuments, products } from '../../db/tables/insurer.ts';
import type { DepositKind, DocumentKind, GuaranteeForm, PremiumFormula } from '../../db/vocabulary.ts';
import { documentHash } from '../../evidence/seals.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { type PremiumTier, tiersFault } from '../../kernel/premium.ts';
import { regionByCode } from '../../kernel/regions.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { type InsurerEvent, insurerLife } from './insurer.machine.ts';
import type { DocumentRow, InsurerRow, ProductRow } from './insurer.queries.ts';
import { cleanLogo } from './logo.ts';

export interface InsurerInput {
  readonly id?: string | null | undefined;
  readonly name: string;
  readonly shortName: string;
  readonly licenseNumber: string;
  /** First and last day of the licence; none: it names none. */
  readonly licenseValidFrom?: string | null | undefined;
  readonly licenseValidUntil?: string | null | undefined;
  readonly hotline: string;
  /** SVG; absent keeps the one there is, null takes it away. */
  readonly logoSvg?: string | null | undefined;
  readonly account: {
    readonly accountName: string;
    readonly bankName: string;
    readonly accountNumber: string;
  };
  /** In fen. Undefined keeps what is there, null takes the limit away. */
  readonly secondUnderwriterAbove?: number | null | undefined;
}

/**
 * Adds an insurer or changes one; the event keeps what each field held before. Orders that run keep the receiving account they were
 * made with.
 *
 * Refuses: NotFound, InvalidInput.
 */
export async function saveInsurer(command: Command, input: InsurerInput): Promise<InsurerRow> {
  const before = input.id ? await insurerById(command, input.id) : null;
  const name = input.name.trim();
  const [namesake] = await command.db
    .select({ id: insurers.id })
    .from(insurers)
    .where(and(eq(insurers.name, name), before ? ne(insurers.id, before.id) : undefined));
  if (namesake) throw new InvalidInput([{ path: 'name', message: '已有同名的机构' }]);

  const values = {
    name,
    shortName: input.shortName.trim(),
    licenseNumber: input.licenseNumber.trim(),
    licenseValidFrom: kept(input.licenseValidFrom, before?.licenseValidFrom),
    licenseValidUntil: kept(input.licenseValidUntil, before?.licenseValidUntil),
    hotline: input.hotline,
    accountName: input.account.accountName,
    accountBank: input.account.bankName,
    accountNumber: input.account.accountNumber,
    ...(input.logoSvg === undefined ? {} : { logo: input.logoSvg && requireLogo(input.logoSvg) }),
    secondUnderwriterAboveFen: kept(input.secondUnderwriterAbove, before?.secondUnderwriterAboveFen),
  };
  requireOrdered('licenseValidUntil', values.licenseValidFrom, values.licenseValidUntil);
  const changes = changesBetween(before && insurerFacts(before), insurerFacts({ ...before, ...values }));
  if (!before) {
    const born = { id: newId('ins'), ...values, createdAt: command.now };
    return bear(command, insurerLife, born, { note: name, data: { changes } });
  }
  if (changes.length === 0) return before;
  const [row] = await command.db.update(insurers).set(values).where(eq(insurers.id, before.id)).returning();
  invariant(row, 'it was read in this transaction');
  await note(command, {
    noun: 'insurer',
    objectId: row.id,
    insurerId: row.id,
    event: 'SAVE',
    note: row.name,
    data: { changes },
  });
  return row;
}

/** What a field is to hold: absent keeps what is there, null clears it. */
const kept = <T>(given: T | null | undefined, before: T | null | undefined): T | null =>
  given === undefined ? (before ?? null) : given;

/** As events keep them. Of a drawing only its hash. */
function insurerFacts({
  logo,
  ...row
}: Omit<typeof insurers.$inferInsert, 'id' | 'state' | 'createdAt'>): Record<string, unknown> {
  const { id, state, createdAt, ...facts } = row as Partial<InsurerRow>;
  return { ...facts, logoSha256: logo ? sha256(logo) : null };
}

function requireLogo(text: string): string {
  const cleaned = cleanLogo(text);
  if ('fault' in cleaned) throw new InvalidInput([{ path: 'logoSvg', message: cleaned.fault }]);
  return cleaned.svg;
}

function requireOrdered(
  path: string,
  from: string | null | undefined,
  until: string | null | undefined,
): void {
  if (from && until && until < from) throw new InvalidInput([{ path, message: '截止日期不能早于起始日期' }]);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function insurerById(command: Command, id: string): Promise<InsurerRow> {
  const [row] = await command.db.select().from(insurers).where(eq(insurers.id, id));
  if (!row) throw new NotFound();
  return row;
}

/**
 * Stops or resumes the sale of all products of an insurer. Orders that were submitted are carried on.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function moveInsurer(
  command: Command,
  event: Exclude<InsurerEvent, 'REGISTER'>,
  input: {
    readonly id: string;
    readonly reason: string;
    readonly expectedState?: string | null | undefined;
  },
): Promise<InsurerRow> {
  const row = await insurerById(command, input.id);
  expectState(row, input.expectedState);
  return fire(command, insurerLife, row, event, { note: input.reason });
}

export interface ProductInput {
  readonly id?: string | null | undefined;
  readonly insurerId: string;
  readonly name: string;
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
  readonly formula: PremiumFormula;
  readonly rate?: string | null | undefined;
  /** In fen, as all amounts here. */
  readonly minimumPremium: number;
  /** Of the limits an absent one stays as it is, and null takes it away. */
  readonly minimumSum?: number | null | undefined;
  readonly maximumSum?: number | null | undefined;
  readonly maximumDays?: number | null | undefined;
  readonly regionCodes?: readonly string[] | null | undefined;
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
  readonly tiers?:
    | readonly { readonly upTo?: number | null | undefined; readonly rate: string }[]
    | null
    | undefined;
  readonly active: boolean;
}

/**
 * Adds a product or changes one; the event keeps what each field held before. What runs keeps the premium it was offered.
 *
 * Refuses: NotFound, InvalidInput.
 */
export async function saveProduct(command: Command, input: ProductInput): Promise<ProductRow> {
  const before = input.id ? await ownProduct(command, input.id) : null;
  await insurerById(command, input.insurerId);
  const tiers: PremiumTier[] | null =
    input.tiers?.map((tier) => ({ upToFen: tier.upTo ?? null, rate: tier.rate })) ?? null;
  checkFormula(input, tiers);
  // Orders and quotes hang on it: another insurer's product, or one for something else, is another product.
  const moved = (['insurerId', 'depositKind', 'form'] as const).filter(
    (field) => before && before[field] !== input[field],
  );
  if (moved.length > 0)
    throw new InvalidInput(
      moved.map((path) => ({ path, message: '已有产品的机构、保证金类型和保函形式不能更改，请新增产品' })),
    );

  const values = {
    insurerId: input.insurerId,
    name: input.name.trim(),
    depositKind: input.depositKind,
    form: input.form,
    formula: input.formula,
    rate: input.rate ?? null,
    tiers: tiers as { upToFen: number | null; rate: string }[] | null,
    minimumFen: input.minimumPremium,
    minimumSumFen: kept(input.minimumSum, before?.minimumSumFen),
    maximumSumFen: kept(input.maximumSum, before?.maximumSumFen),
    maximumDays: kept(input.maximumDays, before?.maximumDays),
    regionCodes: kept(input.regionCodes && [...new Set(input.regionCodes)], before?.regionCodes),
    validFrom: kept(input.validFrom, before?.validFrom),
    validUntil: kept(input.validUntil, before?.validUntil),
    active: input.active,
  };
  checkLimits(values);
  const changes = changesBetween(before && { ...before }, values);
  if (before && changes.length === 0) return before;
  const [row] = before
    ? await command.db.update(products).set(values).where(eq(products.id, before.id)).returning()
    : await command.db
        .insert(products)
        .values({ id: newId('prd'), ...values, createdAt: command.now })
        .returning();
  invariant(row, 'it was read in this transaction, or inserted');
  await noteProduct(command, row, 'SAVE', row.name, changes);
  return row;
}

const noteProduct = (
  command: Command,
  { id, insurerId }: ProductRow,
  event: string,
  text: string,
  changes: ReturnType<typeof changesBetween>,
) => note(command, { noun: 'product', objectId: id, insurerId, event, note: text, data: { changes } });

/** A product; to those who act for an insurer only its own exist. Refuses: NotFound. */
async function ownProduct(command: Command, id: string): Promise<ProductRow> {
  const insurerId = insurerView(command.actor);
  const [row] = await command.db
    .select()
    .from(products)
    .where(and(eq(products.id, id), insurerId ? eq(products.insurerId, insurerId) : undefined));
  if (!row) throw new NotFound();
  return row;
}

/**
 * Takes a product off the list, or puts it back. Drafts that chose it are told when they are submitted; what runs is carried on.
 *
 * Refuses: NotFound.
 */
export async function setProductActive(
  command: Command,
  active: boolean,
  input: { readonly id: string; readonly reason: string },
): Promise<ProductRow> {
  const before = await ownProduct(command, input.id);
  if (before.active === active) return before;
  const [row] = await command.db
    .update(products)
    .set({ active })
    .where(eq(products.id, before.id))
    .returning();
  invariant(row, 'it was read in this transaction');
  const changes = changesBetween({ active: before.active }, { active });
  await noteProduct(command, row, active ? 'ACTIVATE' : 'DEACTIVATE', input.reason, changes);
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

function checkLimits(
  limited: Pick<ProductRow, 'minimumSumFen' | 'maximumSumFen' | 'regionCodes' | 'validFrom' | 'validUntil'>,
): void {
  const { minimumSumFen, maximumSumFen, regionCodes, validFrom, validUntil } = limited;
  if (minimumSumFen !== null && maximumSumFen !== null && maximumSumFen < minimumSumFen)
    throw new InvalidInput([{ path: 'maximumSum', message: '最高保险金额不能低于最低保险金额' }]);
  requireOrdered('validUntil', validFrom, validUntil);
  const unknown = (regionCodes ?? []).flatMap((code, i) =>
    regionByCode(code) ? [] : [{ path: `regionCodes.${i}`, message: `区划代码 ${code} 不存在` }],
  );
  if (unknown.length > 0) throw new InvalidInput(unknown);
}

/**
 * Puts a new version of a document in force, as text and perhaps also as a PDF. Consents stay with the version that was read, and
 * no longer count for orders that are not submitted. Those who act for an insurer publish for its products alone.
 *
 * Refuses: NotFound, UploadRefused.
 */
export async function publishDocument(
  command: Command,
  input: {
    readonly productId?: string | null | undefined;
    readonly kind: DocumentKind;
    readonly title: string;
    readonly pages: readonly string[];
    readonly uploadId?: string | null | undefined;
  },
): Promise<DocumentRow> {
  const productId = input.productId ?? null;
  const product = productId ? await ownProduct(command, productId) : null;
  // The platform's own documents are the operators' affair.
  if (!product && insurerView(command.actor)) throw new NotFound();
  const file = input.uploadId ? await takeUpload(command, input.uploadId, 'DOCUMENT') : null;
  const same = and(
    productId ? eq(productDocuments.productId, productId) : isNull(productDocuments.productId),
    eq(productDocuments.kind, input.kind),
  );
  const [last] = await command.db
    .select()
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
      fileUploadId: file?.id ?? null,
      sha256: documentHash(input.title, input.pages, file?.sha256 ?? null),
      publishedAt: command.now,
    })
    .returning();
  invariant(row, 'an inserted row is returned');
  await note(command, {
    noun: 'productDocument',
    objectId: row.id,
    insurerId: product?.insurerId ?? null,
    event: 'PUBLISH',
    note: row.title,
    data: {
      version: row.version,
      sha256: row.sha256,
      fileSha256: file?.sha256 ?? null,
      changes: changesBetween(last ? documentFacts(last) : null, documentFacts(row)),
    },
  });
  return row;
}

const documentFacts = ({ title, version, sha256: hash, pages }: DocumentRow) => ({
  title,
  version,
  sha256: hash,
  pages: pages.length,
});
