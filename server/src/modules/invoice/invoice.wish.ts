import { and, eq } from 'drizzle-orm';
import { system } from '../../access/actor.ts';
import type { Core } from '../../command/core.ts';
import { note, onEvent } from '../../command/fire.ts';
import { enqueue } from '../../command/outbox.ts';
import { asConsequence, type Command, runAsSystem } from '../../command/run.ts';
import type { Config } from '../../config.ts';
import type { Db } from '../../db/open.ts';
import { events } from '../../db/tables/ledger.ts';
import { isPaper } from '../../db/vocabulary.ts';
import { orderById } from '../order/order.queries.ts';
import { onPolicyIssued } from '../policy/policy.service.ts';
import { sectionLife } from '../section/section.machine.ts';
import { requestBasis } from './invoice.disclosure.ts';
import { invoiceLife } from './invoice.machine.ts';
import {
  addressesOfEnterprise,
  type InvoiceView,
  invoiceById,
  invoicesOfOrders,
  titlesOfEnterprise,
  unaskedInvoiceIds,
} from './invoice.queries.ts';
import { askFor, requestBlock, titleLack, type Wanted } from './invoice.service.ts';
import { isCertifiedTitle } from './invoice-title.service.ts';

/** What was wished for with the application, as it would be asked for now. */
export interface Wish extends Omit<Wanted, 'title' | 'basis'> {
  readonly title: Wanted['title'] | null;
  readonly basis: Wanted['basis'] | null;
  /** What is missing for it, in Chinese; empty where the invoice can be asked for. */
  readonly missing: readonly string[];
}

/**
 * The invoice that the applicant wished for with the application, made out to the default title and sent to the default address.
 * An ordinary one can do without a title: buyer and tax number are those of the certificate.
 *
 * @returns null where nothing was wished for, or the invoice was asked for already
 */
export async function wishOf(db: Db, config: Config, invoice: InvoiceView): Promise<Wish | null> {
  const view = await orderById(db, system, invoice.orderId);
  const type = view?.order.application?.invoicePreference?.type;
  if (!view || !type || invoice.state !== 'NOT_REQUESTED') return null;

  const titles = await titlesOfEnterprise(db, invoice.enterpriseId);
  const [address = null] = isPaper(type) ? await addressesOfEnterprise(db, invoice.enterpriseId) : [];
  const { name, creditCode } = view.enterprise;
  const ofCertificate = {
    id: null,
    name,
    taxNumber: creditCode,
    email: view.order.application?.handler.email ?? null,
    registeredAddress: null,
    registeredPhone: null,
    bankName: null,
    bankAccountSealed: null,
    bankAccountMasked: null,
  };
  const lack = titleLack(ofCertificate, type);
  const title =
    titles.find((row) => isCertifiedTitle(row, view.enterprise) && titleLack(row, type) === null) ??
    (lack === null ? ofCertificate : null);
  const basis = await requestBasis(db, config, invoice, 'WISHED');
  const missing = [
    title ? null : lack,
    isPaper(type) && !address ? '纸质发票须填写收件地址' : null,
    basis ? null : '须阅读并同意特别提示',
  ].filter((one) => one !== null);
  return { type, title, address, basis, missing };
}

const WISH_INCOMPLETE = 'WISH_INCOMPLETE';

/** Asks for the invoice that was wished for, once nothing stands in its way, or tells the bidder what is missing. */
async function followWish(command: Command, invoice: InvoiceView | null | undefined): Promise<void> {
  if (!invoice || requestBlock(invoice)) return;
  const wish = await wishOf(command.db, command.core.config, invoice);
  if (!wish) return;
  const { title, basis, missing, ...rest } = wish;
  if (title && basis && missing.length === 0) {
    await askFor(asConsequence(command), invoice, 'AUTO_REQUEST', { ...rest, title, basis });
    return;
  }
  const [told] = await command.db
    .select({ seq: events.seq })
    .from(events)
    .where(and(eq(events.objectId, invoice.id), eq(events.event, WISH_INCOMPLETE)));
  if (told) return;
  await note(asConsequence(command), {
    noun: invoiceLife.machine.name,
    objectId: invoice.id,
    event: WISH_INCOMPLETE,
    note: missing.join('；'),
    orderId: invoice.orderId,
    insurerId: invoice.insurerId,
  });
}

// Registered after the listener that opens the invoice: its module is loaded first.
onPolicyIssued(async (command, policy) => {
  const [invoice] = await invoicesOfOrders(command.db, system, [policy.orderId]);
  await followWish(command, invoice);
});

/** What was wished for is asked for after the commit: how long an opening takes must not tell how many hold a guarantee. */
export const WISHED_INVOICES_TOPIC = 'wishedInvoices';

onEvent(async (command, event) => {
  if (event.noun === sectionLife.machine.name && event.event === 'OPEN')
    await enqueue(command, { topic: WISHED_INVOICES_TOPIC, payload: { sectionId: event.objectId } });
});

/** Asks for the invoices of a section's bid cover. A repetition asks for none twice. */
export async function requestWishedInvoices(core: Core, sectionId: string): Promise<void> {
  for (const id of await unaskedInvoiceIds(core.database.reader, sectionId))
    await runAsSystem(core, async (command) => {
      const invoice = await invoiceById(command.db, system, id);
      // Whoever looks at it sees that it can be asked for now, also where nothing was wished for.
      if (invoice) command.changed.add(invoice.orderId);
      await followWish(command, invoice);
    });
}
