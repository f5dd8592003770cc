import { and, eq } from 'drizzle-orm';
import type { UserActor } from '../../access/actor.ts';
import type { Core } from '../../command/core.ts';
import { bear, type Change, expectState, fire, note, requireEvent } from '../../command/fire.ts';
import { type FieldMessage, InvalidInput, NotFound, TransitionRefused } from '../../command/refusals.ts';
import { asConsequence, type Command, runAsSystem } from '../../command/run.ts';
import { type ApplicationRow, consents, orderProducts, orders } from '../../db/tables/order.ts';
import type {
  ConsentStatement,
  DepositKind,
  GuaranteeForm,
  OrderState,
  SalesEventKind,
} from '../../db/vocabulary.ts';
import { consentHash } from '../../evidence/seals.ts';
import { newId, orderNumber } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { targetOf } from '../../kernel/machine.ts';
import { dueAt } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import { requireReadyEnterprise } from '../enterprise/enterprise.service.ts';
import { candidatesByIds, documentsByIds, documentsInForce } from '../insurer/insurer.queries.ts';
import { offerFaults } from '../insurer/offer.ts';
import { depositsOfSections, type SectionRow, sectionById } from '../section/section.queries.ts';
import {
  type ApplicationInput,
  isSecondOfInsurer,
  mergedApplication,
  missingLeaves,
  offerCaseOf,
  overwrittenLeaves,
  prefilledApplication,
  productFaults,
  repeatedApplication,
} from './order.application.ts';
import { coverFaults } from './order.cover.ts';
import { requirementsOf, statementLabel } from './order.documents.ts';
import { guardApplying } from './order.guards.ts';
import { type OrderEvent, orderLife, orderMachine } from './order.machine.ts';
import { keepPapers } from './order.papers.ts';
import {
  consentsOfOrders,
  lastApplication,
  lastSalesEvent,
  liveOrders,
  type OrderRow,
  type OrderView,
  orderById,
  ordersToLapse,
  productsNotDeclined,
  productsOfOrders,
  salesEventsOfDocuments,
} from './order.queries.ts';
import { readingGap } from './order.reading.ts';
import { ConsentMissing, DraftChanged, ReadingIncomplete } from './order.refusals.ts';
import { appendSalesEvents, requireSale, type SalesEventInput, sellerFacts } from './order.trace.ts';

/** What a later module does in the same transaction when an order moves. It acts for the system: `command` says so. */
type OrderListener = (command: Command, order: OrderRow) => Promise<void>;
const submittedListeners: OrderListener[] = [];
const endedListeners: OrderListener[] = [];

/** Registers, when a module is loaded, what follows from an order that is submitted. */
export function onOrderSubmitted(listener: OrderListener): void {
  submittedListeners.push(listener);
}

/** Registers, when a module is loaded, what follows from an order that is cancelled, declined or lapsed. */
export function onOrderEnded(listener: OrderListener): void {
  endedListeners.push(listener);
}

const endedWithoutCover: readonly OrderState[] = ['DECLINED', 'CANCELLED', 'LAPSED'];

/** How long each state may wait, in working days. */
const workdaysByState: Partial<Record<OrderState, number>> = {
  UNDERWRITING: limits.underwritingWorkdays,
  AWAITING_PAYMENT: limits.paymentWorkdays,
  PAYMENT_REVIEW: limits.paymentReviewWorkdays,
  ISSUING: limits.issueWorkdays,
};

/**
 * Moves an order, sets by when the next actor has to act, and lets later modules follow where it ends. The way for every module
 * to move one; what is no party's own act goes through `asConsequence`.
 *
 * Refuses: TransitionRefused, StaleState.
 */
export async function moveOrder(
  command: Command,
  order: OrderRow,
  event: OrderEvent,
  change: Change<typeof orders> = {},
): Promise<OrderRow> {
  const target = targetOf(orderMachine, order.state, event);
  const workdays = target && workdaysByState[target];
  const moved = await fire(command, orderLife, order, event, {
    ...change,
    set: {
      dueAt: workdays ? dueAt(command.now, workdays) : null,
      ...(target === 'COMPLETED' ? { completedAt: command.now } : {}),
      ...change.set,
    },
  });
  if (endedWithoutCover.includes(moved.state)) {
    for (const listener of endedListeners) await listener(asConsequence(command), moved);
  }
  return moved;
}

/** Within a command: an order the actor may know of. Refuses: NotFound. */
export async function knownOrder(command: Command, orderId: string): Promise<OrderView> {
  const view = await orderById(command.db, command.actor, orderId);
  if (!view) throw new NotFound();
  return view;
}

/** Who acts, where only a person can. */
export function userOf(command: Command): UserActor {
  invariant(command.actor.kind === 'USER', 'only a person buys');
  return command.actor;
}

/** Sales facts are gathered while the order is live; afterwards there is nothing to sell. */
export function requireState(
  order: OrderRow,
  states: readonly OrderState[],
  value: string,
  label: string,
): void {
  if (states.includes(order.state)) return;
  const state = { value: order.state, label: orderMachine.states[order.state].label };
  throw new TransitionRefused(state, { value, label });
}

/**
 * Begins an order, with the application filled in as far as section, profile and the enterprise's last order know.
 *
 * Refuses: NotFound, InvalidInput, NotCertified, ProfileIncomplete, SectionClosed, DeadlinePassed, DuplicateOrder.
 */
export async function startOrder(
  command: Command,
  input: {
    readonly sectionId: string;
    readonly depositKind: DepositKind;
    readonly form: GuaranteeForm;
    /** Where it is begun together with others. */
    readonly batchId?: string;
  },
): Promise<OrderRow> {
  const section = await sectionById(command.db, input.sectionId);
  if (!section) throw new NotFound();
  return begin(command, section, input, null);
}

/**
 * Begins an order anew that ended without a guarantee: with what was filled in, and with the products that are still on sale but
 * for those of insurers that declined. What the law wants read is read again.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput, NotCertified, ProfileIncomplete, SectionClosed, DeadlinePassed, DuplicateOrder.
 */
export async function startOrderAgain(
  command: Command,
  input: { readonly orderId: string },
): Promise<OrderRow> {
  const { order: former, section } = await knownOrder(command, input.orderId);
  requireState(former, endedWithoutCover, 'START_AGAIN', '重新申请');
  const { depositKind, form } = former;
  const order = await begin(command, section, { depositKind, form }, former.application);
  const candidates = await candidatesByIds(command.db, await productsNotDeclined(command.db, former.id));
  const asked = offerCaseOf(order, section, command.now);
  const offered = candidates.flatMap((candidate) =>
    candidate && offerFaults(candidate, asked).length === 0 ? candidate.product.id : [],
  );
  await choose(command, order, offered);
  return order;
}

async function choose(command: Command, order: OrderRow, productIds: readonly string[]): Promise<void> {
  if (productIds.length === 0) return;
  await command.db
    .insert(orderProducts)
    .values(productIds.map((productId) => ({ orderId: order.id, productId })));
}

async function begin(
  command: Command,
  section: SectionRow,
  wish: { readonly depositKind: DepositKind; readonly form: GuaranteeForm; readonly batchId?: string },
  repeated: ApplicationRow | null,
): Promise<OrderRow> {
  const [deposits = []] = await depositsOfSections(command.db, [section.id]);
  const { enterprise, deposit } = await guardApplying({
    section,
    deposits,
    kind: wish.depositKind,
    now: command.now,
    readyEnterprise: () => requireReadyEnterprise(command),
    liveOrderId: async ({ id }) => {
      const live = await liveOrders(command.db, id, [section.id]);
      return live.find((order) => order.depositKind === wish.depositKind)?.id ?? null;
    },
  });
  const last = repeated ?? (await lastApplication(command.db, enterprise.id));
  const fresh = prefilledApplication({ section, deposit, enterprise, last, now: command.now });
  return bear(command, orderLife, {
    id: newId('ord'),
    number: orderNumber(command.now),
    enterpriseId: enterprise.id,
    sectionId: section.id,
    depositKind: wish.depositKind,
    form: wish.form,
    depositAmountFen: deposit.amountFen,
    application: repeated ? repeatedApplication(repeated, fresh, deposit.kind === 'BID') : fresh,
    batchId: wish.batchId ?? null,
    createdBy: userOf(command).id,
    createdAt: command.now,
  });
}

/**
 * Replaces the products the order asks quotes of. Consents to documents of products that were dropped stay as history.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput.
 */
export async function chooseProducts(
  command: Command,
  input: { readonly orderId: string; readonly productIds: readonly string[] },
): Promise<OrderRow> {
  const { order, section } = await knownOrder(command, input.orderId);
  requireState(order, ['DRAFT'], 'CHOOSE_PRODUCTS', '选择保险公司');
  const productIds = [...new Set(input.productIds)];
  const asked = offerCaseOf(order, section, command.now);
  const found = await candidatesByIds(command.db, productIds);
  const issues: FieldMessage[] = found.flatMap((candidate, i) => {
    const path = `productIds.${i}`;
    if (!candidate) return [{ path, message: `产品 ${productIds[i]} 不存在` }];
    if (isSecondOfInsurer(found, i)) return [{ path, message: '一家保险公司只能选择一个产品' }];
    // Sum and days are still being filled in: they are judged when the order is submitted.
    const faults = offerFaults(candidate, { ...asked, sumInsuredFen: null, days: null });
    return faults.map(({ message }) => ({
      path,
      message: `产品 ${candidate.product.name} 不适用于该订单：${message}`,
    }));
  });
  if (issues.length > 0) throw new InvalidInput(issues);

  await command.db.delete(orderProducts).where(eq(orderProducts.orderId, order.id));
  await choose(command, order, productIds);
  command.changed.add(order.id);
  return order;
}

/**
 * Proves that versions of documents were accepted, with the words that were ticked and what was recorded of the reading. Both
 * statements take documents only that were read page by page to their end; the disclosure is accepted as it is shown. The same
 * document is accepted once with each statement; again changes nothing.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput, ReadingIncomplete.
 */
export async function acceptDocuments(
  command: Command,
  input: {
    readonly orderId: string;
    readonly documentIds: readonly string[];
    readonly statement: ConsentStatement;
    readonly labelText?: string | null | undefined;
  },
): Promise<OrderRow> {
  const { order } = await knownOrder(command, input.orderId);
  requireSale(order, 'ACCEPT_DOCUMENTS', '同意文件');
  const labelText = statementLabel[input.statement];
  if (input.labelText && input.labelText !== labelText) {
    throw new InvalidInput([{ path: 'labelText', message: `勾选处的文字应为：${labelText}` }]);
  }
  const documentIds = [...new Set(input.documentIds)];
  const asked = await documentsToAccept(command, order.id);
  const documents = new Map(
    asked
      .filter((requirement) => requirement.statement === input.statement)
      .map(({ document }) => [document.id, document]),
  );
  const foreign = documentIds.filter((id) => !documents.has(id));
  if (foreign.length > 0) {
    const known = await documentsByIds(command.db, foreign);
    throw new InvalidInput(
      foreign.map((id, i) => ({
        path: `documentIds.${documentIds.indexOf(id)}`,
        message: `${known[i] ? `《${known[i].title}》` : `文件 ${id} `}不是该订单现行应同意的文件`,
      })),
    );
  }

  const [accepted = []] = await consentsOfOrders(command.db, command.actor, [order.id]);
  const isAccepted = (id: string) =>
    accepted.some(({ consent }) => consent.documentId === id && consent.statement === input.statement);
  const read = await salesEventsOfDocuments(command.db, order.id, documentIds);
  if (input.statement !== 'DISCLOSURE') {
    const gaps = documentIds.flatMap((id) => {
      const document = documents.get(id);
      return (document && !isAccepted(id) && readingGap(document, read, command.now)) || [];
    });
    if (gaps.length > 0) throw new ReadingIncomplete(gaps);
  }

  const last = await lastSalesEvent(command.db, order.id);
  // A browser's clock may run ahead, but nothing is read after we were told of it.
  const firstAt = (id: string, kind: SalesEventKind) => {
    const event = read.find((row) => row.documentId === id && row.kind === kind);
    return event ? Math.min(event.clientAt, event.receivedAt) : null;
  };
  const rows = documentIds.flatMap((id) => {
    const document = documents.get(id);
    return document
      ? {
          id: newId('con'),
          orderId: order.id,
          documentId: id,
          documentSha256: document.sha256,
          statement: input.statement,
          labelText,
          pageVersion: last?.pageVersion || null,
          openedAt: firstAt(id, 'DOCUMENT_OPENED'),
          readToEndAt: firstAt(id, 'DOCUMENT_READ_TO_END'),
          acceptedAt: command.now,
          ...sellerFacts(command),
        }
      : [];
  });
  const written = await command.db.insert(consents).values(rows).onConflictDoNothing().returning();
  const [first] = written;
  if (!first) return order;

  const act: SalesEventInput = {
    kind: input.statement === 'DISCLOSURE' ? 'DISCLOSURE_ACCEPTED' : 'STATEMENT_ACCEPTED',
    at: command.now,
    statement: input.statement,
    labelText,
  };
  await appendSalesEvents(command, order.id, last, last?.pageVersion ?? '', [act]);
  // Sealed in the chain of events, since a row of its own table alone could be changed unnoticed.
  await note(command, {
    noun: 'consent',
    objectId: first.id,
    orderId: order.id,
    event: 'ACCEPT',
    data: {
      statement: input.statement,
      labelText,
      documents: written.map((consent) => ({
        id: consent.documentId,
        sha256: consent.documentSha256,
        consentId: consent.id,
        hash: consentHash(consent),
      })),
    },
  });
  command.changed.add(order.id);
  return order;
}

/** What the order has to accept as the documents stand now. */
export async function documentsToAccept(command: Command, orderId: string) {
  const [chosen = []] = await productsOfOrders(command.db, command.actor, [orderId]);
  return requirementsOf(
    await documentsInForce(
      command.db,
      chosen.map(({ product }) => product.id),
    ),
  );
}

/**
 * Saves the application, complete or not: an absent leaf keeps what is there, null clears it.
 *
 * @param input.seen the leaves as the sender last saw them; where given, what others changed since is not overwritten
 * Refuses: NotFound, TransitionRefused, InvalidInput, DraftChanged.
 */
export async function saveApplication(
  command: Command,
  input: {
    readonly orderId: string;
    readonly application: ApplicationInput;
    readonly seen?: ApplicationInput | null | undefined;
  },
): Promise<OrderRow> {
  const { order } = await knownOrder(command, input.orderId);
  requireState(order, ['DRAFT'], 'SAVE_APPLICATION', '填写投保信息');
  invariant(order.application, 'an order is born with an application');
  const application = mergedApplication(order.application, input.application, command.now);
  if (input.seen) {
    const seen = mergedApplication(order.application, input.seen, command.now);
    const overwritten = overwrittenLeaves(order.application, seen, application);
    if (overwritten.length > 0) throw new DraftChanged(order, overwritten);
  }
  const [saved] = await command.db
    .update(orders)
    .set({ application })
    .where(and(eq(orders.id, order.id), eq(orders.state, 'DRAFT')))
    .returning();
  invariant(saved, 'nobody else writes meanwhile');
  command.changed.add(order.id);
  return saved;
}

/**
 * Hands the order to the insurers it chose: one quote a product.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, NotCertified, ProfileIncomplete, SectionClosed, DeadlinePassed, InvalidInput,
 * ConsentMissing.
 */
export async function submitOrder(
  command: Command,
  input: { readonly orderId: string; readonly expectedState?: string | null | undefined },
): Promise<OrderRow> {
  const { order, section } = await knownOrder(command, input.orderId);
  expectState(order, input.expectedState);
  requireEvent(command.actor, orderLife, order, 'SUBMIT');
  const [deposits = []] = await depositsOfSections(command.db, [section.id]);
  const { enterprise, deposit } = await guardApplying({
    section,
    deposits,
    kind: order.depositKind,
    now: command.now,
    readyEnterprise: () => requireReadyEnterprise(command),
    // The live order is this one: the database allows no other beside it.
    liveOrderId: async () => null,
  });

  const { application } = order;
  invariant(application, 'an order is born with an application');
  const [chosen = []] = await productsOfOrders(command.db, command.actor, [order.id]);
  const candidates = await candidatesByIds(
    command.db,
    chosen.map(({ product }) => product.id),
  );
  const issues = [
    ...missingLeaves(application),
    ...coverFaults(application, section, deposit, command.now),
    ...productFaults(
      candidates.filter((candidate) => candidate !== null),
      offerCaseOf(order, section, command.now),
    ),
  ];
  if (issues.length > 0) throw new InvalidInput(issues);

  const asked = await documentsToAccept(command, order.id);
  const [accepted = []] = await consentsOfOrders(command.db, command.actor, [order.id]);
  const missing = asked.filter(
    ({ document, statement }) =>
      !accepted.some(({ consent }) => consent.documentId === document.id && consent.statement === statement),
  );
  if (missing.length > 0) {
    throw new ConsentMissing([...new Map(missing.map(({ document }) => [document.id, document])).values()]);
  }

  const final: OrderRow = {
    ...order,
    application: {
      ...application,
      applicant: { ...application.applicant, name: enterprise.name, creditCode: enterprise.creditCode },
    },
  };
  const papers = await keepPapers(command, { order: final, section, enterprise }, chosen);
  const submitted = await moveOrder(command, order, 'SUBMIT', {
    set: { submittedAt: command.now, application: final.application },
    data: {
      papers,
      productIds: chosen.map(({ product }) => product.id),
      // So that the sealed chain says how much was recorded of the sale.
      salesEvents: (await lastSalesEvent(command.db, order.id))?.seq ?? 0,
      consents: accepted.length,
    },
  });
  for (const listener of submittedListeners) await listener(asConsequence(command), submitted);
  return submitted;
}

/**
 * Ends an order that is not paid yet. Quotes are withdrawn and an open payment is closed with it.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function cancelOrder(
  command: Command,
  input: {
    readonly orderId: string;
    readonly reason: string;
    readonly expectedState?: string | null | undefined;
  },
): Promise<OrderRow> {
  const { order } = await knownOrder(command, input.orderId);
  expectState(order, input.expectedState);
  return moveOrder(command, order, 'CANCEL', {
    set: { cancelReason: input.reason },
    note: input.reason,
  });
}

/**
 * Ends orders that waited too long: bid orders not paid for at the deadline, drafts and those under review included since the
 * guarantee would come too late, and accepted premiums that were not paid in time.
 */
export async function lapseOrders(core: Core): Promise<void> {
  const due = await ordersToLapse(core.database.reader, core.clock.now(), limits.timerRowsPerRoundMax);
  for (const { id } of due) {
    await runAsSystem(core, async (command) => {
      const { order } = await knownOrder(command, id);
      const stillDue = await ordersToLapse(command.db, command.now, 1, id);
      if (stillDue.length === 0) return;
      await moveOrder(command, order, 'LAPSE', { note: '到期未完成，订单自动失效' });
    });
  }
}
