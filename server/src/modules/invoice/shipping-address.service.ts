import { and, eq, isNull } from 'drizzle-orm';
import { note } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { shippingAddresses } from '../../db/tables/invoice.ts';
import { newId } from '../../kernel/id.ts';
import { normalisePhone } from '../../kernel/mobile.ts';
import { regionByCode } from '../../kernel/regions.ts';
import { cleanLine } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { ownEnterprise } from '../enterprise/enterprise.service.ts';
import { type AddressRow, addressById, addressesOf } from './invoice.queries.ts';

type Leaf<T> = T | null | undefined;
/** An absent leaf keeps what is there. */
export interface AddressInput {
  readonly recipient?: Leaf<string>;
  readonly phone?: Leaf<string>;
  readonly regionCode?: Leaf<string>;
  readonly address?: Leaf<string>;
  readonly isDefault?: Leaf<boolean>;
}

type AddressFacts = Pick<AddressRow, 'recipient' | 'phone' | 'regionCode' | 'address'>;

/** @throws InvalidInput with every fault at once */
function readAddress(input: AddressInput, kept: AddressFacts): AddressFacts {
  const recipient = cleanLine(input.recipient ?? kept.recipient, limits.nameCharactersMax);
  const phone = normalisePhone(input.phone ?? kept.phone);
  const regionCode = input.regionCode ?? kept.regionCode;
  const address = cleanLine(input.address ?? kept.address, limits.addressCharactersMax);
  const issues = [
    !recipient && { path: 'recipient', message: '请填写收件人' },
    !phone && { path: 'phone', message: '联系电话应为手机号，或带区号的固定电话' },
    !regionByCode(regionCode) && { path: 'regionCode', message: '请选择所在地区' },
    !address && { path: 'address', message: `请填写详细地址，最多 ${limits.addressCharactersMax} 个字符` },
  ].filter((issue) => issue !== false);
  if (issues.length > 0 || !recipient || !phone || !address) throw new InvalidInput(issues);
  return { recipient, phone, regionCode, address };
}

/**
 * Adds an address for paper invoices. The first one is the default.
 *
 * Refuses: NotCertified, InvalidInput.
 */
export async function createShippingAddress(command: Command, input: AddressInput): Promise<AddressRow> {
  const enterprise = await ownEnterprise(command);
  const addresses = await addressesOf(command.db, command.actor);
  if (addresses.length >= limits.shippingAddressesMax) {
    throw new InvalidInput([
      { path: 'address', message: `最多保存 ${limits.shippingAddressesMax} 个收件地址，请先删除不用的` },
    ]);
  }
  const facts = readAddress(input, { recipient: '', phone: '', regionCode: '', address: '' });
  const isDefault = input.isDefault === true || addresses.length === 0;
  if (isDefault) await clearDefault(command, enterprise.id);
  const values = {
    id: newId('adr'),
    enterpriseId: enterprise.id,
    ...facts,
    isDefault,
    createdAt: command.now,
  };
  await command.db.insert(shippingAddresses).values(values);
  await note(command, { noun: 'shippingAddress', objectId: values.id, event: 'CREATE' });
  return { ...values, deletedAt: null };
}

/**
 * Changes an address. Invoices that were asked for keep the address as it stood.
 *
 * Refuses: NotCertified, NotFound, InvalidInput.
 */
export async function updateShippingAddress(
  command: Command,
  input: AddressInput & { readonly id: string },
): Promise<AddressRow> {
  const enterprise = await ownEnterprise(command);
  const kept = await addressById(command.db, command.actor, input.id);
  if (!kept) throw new NotFound();
  const facts = readAddress(input, kept);
  const isDefault = input.isDefault === true || kept.isDefault;
  if (isDefault) await clearDefault(command, enterprise.id);
  const [row] = await command.db
    .update(shippingAddresses)
    .set({ ...facts, isDefault })
    .where(eq(shippingAddresses.id, kept.id))
    .returning();
  if (!row) throw new NotFound();
  await note(command, { noun: 'shippingAddress', objectId: row.id, event: 'UPDATE' });
  return row;
}

/**
 * Takes an address off the list. Where it was the default, the oldest of the others becomes it.
 *
 * Refuses: NotFound.
 */
export async function deleteShippingAddress(command: Command, input: { readonly id: string }): Promise<void> {
  const addresses = await addressesOf(command.db, command.actor);
  const address = addresses.find((row) => row.id === input.id);
  if (!address) throw new NotFound();
  await command.db
    .update(shippingAddresses)
    .set({ deletedAt: command.now, isDefault: false })
    .where(eq(shippingAddresses.id, address.id));
  const heir = addresses.find((row) => row.id !== address.id);
  if (address.isDefault && heir) {
    await command.db
      .update(shippingAddresses)
      .set({ isDefault: true })
      .where(eq(shippingAddresses.id, heir.id));
  }
  await note(command, { noun: 'shippingAddress', objectId: address.id, event: 'DELETE' });
}

async function clearDefault(command: Command, enterpriseId: string): Promise<void> {
  await command.db
    .update(shippingAddresses)
    .set({ isDefault: false })
    .where(and(eq(shippingAddresses.enterpriseId, enterpriseId), isNull(shippingAddresses.deletedAt)));
}
