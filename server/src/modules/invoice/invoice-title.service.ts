import { and, eq, isNull } from 'drizzle-orm';
import { note } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { invoiceTitles } from '../../db/tables/invoice.ts';
import { maskBankAccount, normaliseBankAccount } from '../../kernel/bank-account.ts';
import { normaliseCreditCode } from '../../kernel/credit-code.ts';
import { newId } from '../../kernel/id.ts';
import { normalisePhone } from '../../kernel/mobile.ts';
import { cleanLine } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import type { EnterpriseRow } from '../enterprise/enterprise.queries.ts';
import { ownEnterprise } from '../enterprise/enterprise.service.ts';
import { comparableName } from '../payment/payment.service.ts';
import { type TitleRow, titleById, titlesOf } from './invoice.queries.ts';
import { TitleLocked } from './invoice.refusals.ts';

type Leaf<T> = T | null | undefined;

/** Where a title's bank account is sealed to; copies of the title on invoices keep it as it is. */
export const bankAccountPlace = (titleId: string) => ({
  column: 'invoice_titles.bank_account_sealed',
  rowId: titleId,
});

interface Buyer {
  readonly name: string;
  readonly taxNumber: string;
}

/** Whether name and tax number are the enterprise's own. */
export const isCertifiedTitle = (title: Buyer, enterprise: EnterpriseRow): boolean =>
  comparableName(title.name) === comparableName(enterprise.name) &&
  normaliseCreditCode(title.taxNumber) === enterprise.creditCode;

/** Refuses: TitleLocked, unless name and tax number are the enterprise's own. */
export function requireCertifiedTitle(title: Buyer, enterprise: EnterpriseRow): void {
  if (!isCertifiedTitle(title, enterprise)) throw new TitleLocked();
}

/** An absent leaf keeps what is there, null clears it. */
export interface TitleInput {
  readonly special?: Leaf<boolean>;
  readonly name?: Leaf<string>;
  readonly taxNumber?: Leaf<string>;
  readonly email?: Leaf<string>;
  readonly registeredAddress?: Leaf<string>;
  readonly registeredPhone?: Leaf<string>;
  readonly bankName?: Leaf<string>;
  readonly bankAccount?: Leaf<string>;
  readonly isDefault?: Leaf<boolean>;
}

type TitleFacts = Omit<TitleRow, 'id' | 'enterpriseId' | 'isDefault' | 'createdAt' | 'deletedAt'>;
const nothing: TitleFacts = {
  special: false,
  name: '',
  taxNumber: '',
  email: null,
  registeredAddress: null,
  registeredPhone: null,
  bankName: null,
  bankAccountSealed: null,
  bankAccountMasked: null,
};

/** @throws InvalidInput with every fault at once */
function readTitle(command: Command, id: string, input: TitleInput, kept: TitleFacts): TitleFacts {
  const issues: { path: string; message: string }[] = [];
  const read = (
    path: string,
    given: Leaf<string>,
    before: string | null,
    parse: (text: string) => string | null,
    message: string,
  ): string | null => {
    if (given === undefined) return before;
    if (given === null || given.trim() === '') return null;
    const value = parse(given);
    if (value === null) issues.push({ path, message });
    return value;
  };
  const line = (label: string, max: number) =>
    [(text: string) => cleanLine(text, max), `${label}过长或含有无法使用的字符`] as const;

  const special = input.special ?? kept.special;
  const account = read(
    'bankAccount',
    input.bankAccount,
    null,
    normaliseBankAccount,
    '银行账号应为 8 到 32 位数字',
  );
  const facts: TitleFacts = {
    special,
    name: read('name', input.name, kept.name, ...line('发票抬头', limits.nameCharactersMax)) ?? '',
    taxNumber: normaliseCreditCode(input.taxNumber ?? kept.taxNumber),
    email: read('email', input.email, kept.email, readEmail, '请填写正确的电子邮箱'),
    registeredAddress: read(
      'registeredAddress',
      input.registeredAddress,
      kept.registeredAddress,
      ...line('注册地址', limits.addressCharactersMax),
    ),
    registeredPhone: read(
      'registeredPhone',
      input.registeredPhone,
      kept.registeredPhone,
      normalisePhone,
      '注册电话应为手机号，或带区号的固定电话',
    ),
    bankName: read('bankName', input.bankName, kept.bankName, ...line('开户银行', limits.nameCharactersMax)),
    bankAccountSealed:
      input.bankAccount === undefined
        ? kept.bankAccountSealed
        : account && command.core.cipher.seal(account, bankAccountPlace(id)),
    bankAccountMasked:
      input.bankAccount === undefined ? kept.bankAccountMasked : account && maskBankAccount(account),
  };

  if (special) {
    const required = [
      ['registeredAddress', '注册地址', facts.registeredAddress],
      ['registeredPhone', '注册电话', facts.registeredPhone],
      ['bankName', '开户银行', facts.bankName],
      ['bankAccount', '银行账号', facts.bankAccountSealed],
    ] as const;
    for (const [path, label, value] of required) {
      const known = issues.some((issue) => issue.path === path);
      if (!value && !known) issues.push({ path, message: `专用发票的抬头须填写${label}` });
    }
  }
  if (issues.length > 0) throw new InvalidInput(issues);
  return facts;
}

/** An address of the usual form, in one line; whether it exists only a letter can tell. */
function readEmail(text: string): string | null {
  const email = cleanLine(text, limits.emailCharactersMax);
  return email && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : null;
}

/**
 * Adds a title. The first one is the default.
 *
 * Refuses: NotCertified, InvalidInput, TitleLocked.
 */
export async function createInvoiceTitle(command: Command, input: TitleInput): Promise<TitleRow> {
  const enterprise = await ownEnterprise(command);
  const titles = await titlesOf(command.db, command.actor);
  if (titles.length >= limits.invoiceTitlesMax) {
    throw new InvalidInput([
      { path: 'name', message: `最多保存 ${limits.invoiceTitlesMax} 个发票抬头，请先删除不用的` },
    ]);
  }
  const id = newId('ttl');
  const facts = readTitle(command, id, input, nothing);
  requireCertifiedTitle(facts, enterprise);

  const isDefault = input.isDefault === true || titles.length === 0;
  if (isDefault) await clearDefault(command, enterprise.id);
  const values = { id, enterpriseId: enterprise.id, ...facts, isDefault, createdAt: command.now };
  await command.db.insert(invoiceTitles).values(values);
  await note(command, { noun: 'invoiceTitle', objectId: id, event: 'CREATE' });
  return { ...values, deletedAt: null };
}

/**
 * Changes a title. Invoices that were asked for keep the title as it stood.
 *
 * Refuses: NotCertified, NotFound, InvalidInput, TitleLocked.
 */
export async function updateInvoiceTitle(
  command: Command,
  input: TitleInput & { readonly id: string },
): Promise<TitleRow> {
  const enterprise = await ownEnterprise(command);
  const title = await titleById(command.db, command.actor, input.id);
  if (!title) throw new NotFound();
  const facts = readTitle(command, title.id, input, title);
  requireCertifiedTitle(facts, enterprise);

  // There is always one default: it is given to another, never merely taken away.
  const isDefault = input.isDefault === true || title.isDefault;
  if (isDefault) await clearDefault(command, enterprise.id);
  const [row] = await command.db
    .update(invoiceTitles)
    .set({ ...facts, isDefault })
    .where(eq(invoiceTitles.id, title.id))
    .returning();
  if (!row) throw new NotFound();
  await note(command, { noun: 'invoiceTitle', objectId: row.id, event: 'UPDATE' });
  return row;
}

/**
 * Takes a title off the list. Where it was the default, the oldest of the others becomes it.
 *
 * Refuses: NotFound.
 */
export async function deleteInvoiceTitle(command: Command, input: { readonly id: string }): Promise<void> {
  const titles = await titlesOf(command.db, command.actor);
  const title = titles.find((row) => row.id === input.id);
  if (!title) throw new NotFound();
  await command.db
    .update(invoiceTitles)
    .set({ deletedAt: command.now, isDefault: false })
    .where(eq(invoiceTitles.id, title.id));
  const heir = titles.find((row) => row.id !== title.id);
  if (title.isDefault && heir) {
    await command.db.update(invoiceTitles).set({ isDefault: true }).where(eq(invoiceTitles.id, heir.id));
  }
  await note(command, { noun: 'invoiceTitle', objectId: title.id, event: 'DELETE' });
}

async function clearDefault(command: Command, enterpriseId: string): Promise<void> {
  await command.db
    .update(invoiceTitles)
    .set({ isDefault: false })
    .where(and(eq(invoiceTitles.enterpriseId, enterpriseId), isNull(invoiceTitles.deletedAt)));
}
