import { eq, sql } from 'drizzle-orm';
import { type FieldMessage, InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { type BatchRefusalRow, orderBatches } from '../../db/tables/order.ts';
import type { ConsentStatement, DepositKind, GuaranteeForm } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { requireReadyEnterprise } from '../enterprise/enterprise.service.ts';
import { type BatchRow, batchesByIds, ordersOfBatch } from './batch.queries.ts';
import type { ApplicationInput } from './order.application.ts';
import type { OrderView } from './order.queries.ts';
import { BatchRefused, DuplicateOrder } from './order.refusals.ts';
import {
  acceptDocuments,
  chooseProducts,
  documentsToAccept,
  requireState,
  saveApplication,
  startOrder,
  submitOrder,
  userOf,
} from './order.service.ts';
import { recordSalesEvents, type SalesEventInput } from './order.trace.ts';

/** What all orders of a batch have in common. */
export type SharedApplication = Pick<ApplicationInput, 'applicant' | 'handler' | 'invoicePreference'>;

/**
 * Begins an order for each of several sections, as one batch. Those that cannot be applied for are kept with their reasons.
 *
 * @param input.onlyTogether nothing is begun if any section is refused; otherwise nothing only if all are
 * Refuses: NotCertified, ProfileIncomplete, BatchRefused.
 */
export async function startOrders(
  command: Command,
  input: {
    readonly sectionIds: readonly string[];
    readonly depositKind: DepositKind;
    readonly form: GuaranteeForm;
    readonly onlyTogether: boolean;
  },
): Promise<BatchRow> {
  const { depositKind, form } = input;
  const sectionIds = [...new Set(input.sectionIds)];
  // What is said of every section alike is said once.
  const enterprise = await requireReadyEnterprise(command);
  const batchId = newId('bat');
  await command.db.insert(orderBatches).values({
    id: batchId,
    enterpriseId: enterprise.id,
    depositKind,
    form,
    createdBy: userOf(command).id,
    createdAt: command.now,
    notStarted: [],
    notSubmitted: [],
  });
  const notStarted: BatchRefusalRow[] = [];
  for (const sectionId of sectionIds) {
    const refusal = await refusalOf(command, () =>
      startOrder(command, { sectionId, depositKind, form, batchId }),
    );
    if (refusal) notStarted.push(rowOf(refusal, { sectionId, orderId: null }));
  }
  requireSome(notStarted, sectionIds, input.onlyTogether, '没有创建任何订单');
  return changed(command, batchId, { notStarted });
}

/**
 * Asks quotes of the same products for every draft of a batch.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput, which names the sections a product does not suit.
 */
export async function chooseBatchProducts(
  command: Command,
  input: { readonly batchId: string; readonly productIds: readonly string[] },
): Promise<BatchRow> {
  const { batch, drafts } = await draftsOf(command, input.batchId, 'CHOOSE_PRODUCTS', '选择保险公司');
  const issues: FieldMessage[] = [];
  for (const { order, section } of drafts) {
    const refusal = await refusalOf(command, () =>
      chooseProducts(command, { orderId: order.id, productIds: input.productIds }),
    );
    if (refusal && !(refusal instanceof InvalidInput)) throw refusal;
    for (const { path, message } of refusal?.issues ?? [])
      issues.push({ path, message: `标段“${section.name}”：${message}` });
  }
  if (issues.length > 0) throw new InvalidInput(issues);
  return batch;
}

/**
 * Writes what was seen and done on the pages of a batch into the trace of every draft it was about, so that the proof of each order
 * is whole and names no other.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput.
 */
export async function recordBatchSalesEvents(
  command: Command,
  input: {
    readonly batchId: string;
    readonly pageVersion: string;
    readonly events: readonly SalesEventInput[];
  },
): Promise<BatchRow> {
  const { batch, drafts } = await draftsOf(command, input.batchId, 'RECORD_SALES_EVENTS', '记录销售过程');
  const { pageVersion, events } = input;
  for (const { order } of drafts)
    await recordSalesEvents(command, { orderId: order.id, pageVersion, events });
  return batch;
}

/**
 * Accepts documents that were read once, for every draft of a batch that asks for them.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput, ReadingIncomplete.
 */
export async function acceptBatchDocuments(
  command: Command,
  input: {
    readonly batchId: string;
    readonly documentIds: readonly string[];
    readonly statement: ConsentStatement;
    readonly labelText?: string | null | undefined;
  },
): Promise<BatchRow> {
  const { batch, drafts } = await draftsOf(command, input.batchId, 'ACCEPT_DOCUMENTS', '同意文件');
  const { statement, labelText } = input;
  const asked = await Promise.all(
    drafts.map(async ({ order }) => {
      const documents = await documentsToAccept(command, order.id);
      return documents.filter((asks) => asks.statement === statement).map(({ document }) => document.id);
    }),
  );
  const known = new Set(asked.flat());
  for (const [i, { order }] of drafts.entries()) {
    // What no order asks for is refused by the first.
    const documentIds = input.documentIds.filter((id) => asked[i]?.includes(id) || !known.has(id));
    if (documentIds.length > 0)
      await acceptDocuments(command, { orderId: order.id, documentIds, statement, labelText });
  }
  return batch;
}

/**
 * Saves what all have in common into every draft of a batch.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput, DraftChanged.
 */
export async function saveBatchApplication(
  command: Command,
  input: {
    readonly batchId: string;
    readonly application: SharedApplication;
    readonly seen?: SharedApplication | null | undefined;
  },
): Promise<BatchRow> {
  const { batch, drafts } = await draftsOf(command, input.batchId, 'SAVE_APPLICATION', '填写投保信息');
  const { application, seen } = input;
  for (const { order } of drafts) await saveApplication(command, { orderId: order.id, application, seen });
  return batch;
}

/**
 * Hands in every draft of a batch. Those that are refused stay drafts and are kept with their reasons.
 *
 * @param input.onlyTogether nothing is handed in if any is refused; otherwise nothing only if all are
 * Refuses: NotFound, TransitionRefused, NotCertified, ProfileIncomplete, BatchRefused.
 */
export async function submitOrders(
  command: Command,
  input: { readonly batchId: string; readonly onlyTogether: boolean },
): Promise<BatchRow> {
  const { batch, drafts } = await draftsOf(command, input.batchId, 'SUBMIT', '提交订单');
  await requireReadyEnterprise(command);
  const notSubmitted: BatchRefusalRow[] = [];
  for (const { order, section } of drafts) {
    const refusal = await refusalOf(command, () => submitOrder(command, { orderId: order.id }));
    if (refusal) notSubmitted.push(rowOf(refusal, { sectionId: section.id, orderId: order.id }));
  }
  requireSome(notSubmitted, drafts, input.onlyTogether, '没有提交任何订单');
  return changed(command, batch.id, { submittedAt: command.now, notSubmitted });
}

/** The batch with its drafts. Refuses: NotFound; TransitionRefused where there is no draft left. */
async function draftsOf(
  command: Command,
  batchId: string,
  event: string,
  label: string,
): Promise<{ batch: BatchRow; drafts: OrderView[] }> {
  const [batch] = await batchesByIds(command.db, command.actor, [batchId]);
  if (!batch) throw new NotFound();
  const views = await ordersOfBatch(command.db, command.actor, batchId);
  const drafts = views.filter(({ order }) => order.state === 'DRAFT');
  const [first] = views;
  invariant(first, 'a batch is born with an order');
  if (drafts.length === 0) requireState(first.order, ['DRAFT'], event, label);
  return { batch, drafts };
}

/** What one part of the act is refused for, or null. Whatever a refused part had written is taken back; the others stay. */
async function refusalOf(command: Command, act: () => Promise<unknown>): Promise<Refusal | null> {
  await command.db.run(sql`savepoint part`);
  try {
    await act();
    await command.db.run(sql`release part`);
    return null;
  } catch (reason) {
    // Anything else is a fault, and takes the whole act back with it.
    if (!(reason instanceof Refusal)) throw reason;
    await command.db.run(sql`rollback to part`);
    await command.db.run(sql`release part`);
    return reason;
  }
}

function rowOf(refusal: Refusal, of: Pick<BatchRefusalRow, 'sectionId' | 'orderId'>): BatchRefusalRow {
  return {
    sectionId: of.sectionId,
    orderId: refusal instanceof DuplicateOrder ? refusal.orderId : of.orderId,
    code: refusal.code,
    message: refusal.message,
    issues: refusal instanceof InvalidInput ? [...refusal.issues] : [],
  };
}

function requireSome(
  refused: readonly BatchRefusalRow[],
  all: readonly unknown[],
  onlyTogether: boolean,
  consequence: string,
): void {
  if (refused.length === all.length || (onlyTogether && refused.length > 0))
    throw new BatchRefused(refused, consequence);
}

async function changed(
  command: Command,
  batchId: string,
  set: Partial<Pick<BatchRow, 'notStarted' | 'notSubmitted' | 'submittedAt'>>,
): Promise<BatchRow> {
  const [batch] = await command.db
    .update(orderBatches)
    .set(set)
    .where(eq(orderBatches.id, batchId))
    .returning();
  invariant(batch, 'the batch was found before');
  return batch;
}
