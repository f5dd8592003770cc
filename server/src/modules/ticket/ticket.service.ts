import { system } from '../../access/actor.ts';
import type { Core } from '../../command/core.ts';
import { bear, expectState, fire, refusedEvent, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import { type Command, runAsSystem } from '../../command/run.ts';
import { ticketMessages } from '../../db/tables/ticket.ts';
import type { TicketAuthor, TicketType } from '../../db/vocabulary.ts';
import { newId, ticketNumber } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanLine, cleanText } from '../../kernel/text.ts';
import { dueAt } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import { knownOrder } from '../order/order.service.ts';
import { policiesOfOrders } from '../policy/policy.queries.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { ticketLife } from './ticket.machine.ts';
import {
  insurerOfOrder,
  messagesOfTickets,
  openTicketsOf,
  type TicketRow,
  type TicketView,
  ticketById,
  ticketsToClose,
} from './ticket.queries.ts';

async function seen(command: Command, id: string): Promise<TicketView> {
  const ticket = await ticketById(command.db, command.actor, id);
  if (!ticket) throw new NotFound();
  return ticket;
}

interface Words {
  readonly text: string;
  readonly uploadIds?: readonly string[] | null | undefined;
}

/** Writes what somebody says, with files of the speaker's own. Refuses: InvalidInput, UploadRefused. */
async function say(command: Command, ticketId: string, words: Words): Promise<void> {
  const { actor } = command;
  const author: TicketAuthor =
    actor.kind === 'USER' && actor.role !== 'REGULATOR' ? actor.role : 'UNDERWRITER';
  invariant(actor.kind === 'USER' || actor.kind === 'API_CLIENT', 'somebody speaks');
  const [said = []] = await messagesOfTickets(command.db, [ticketId]);
  const asked = [...new Set(words.uploadIds ?? [])];
  const issues = [
    said.length >= limits.ticketMessagesMax && {
      path: 'text',
      message: `一个工单最多 ${limits.ticketMessagesMax} 条消息，请另开工单`,
    },
    asked.length > limits.ticketFilesPerMessageMax && {
      path: 'uploadIds',
      message: `一次最多 ${limits.ticketFilesPerMessageMax} 个附件`,
    },
  ].filter((issue) => issue !== false);
  if (issues.length > 0) throw new InvalidInput(issues);
  const uploadIds: string[] = [];
  for (const id of asked) uploadIds.push((await takeUpload(command, id, 'EVIDENCE')).id);
  await command.db.insert(ticketMessages).values({
    id: newId('tmg'),
    ticketId,
    author,
    authorId: actor.id,
    text: cleanText(words.text, limits.noteCharactersMax) ?? '',
    uploadIds,
    createdAt: command.now,
  });
}

export interface TicketInput extends Words {
  readonly orderId: string;
  readonly type: TicketType;
  readonly subject: string;
}

/** What can only be asked for once there is a policy. */
const needsPolicy: readonly TicketType[] = ['TITLE_CHANGE', 'RESEND', 'POLICY_CORRECTION'];

/**
 * Opens a ticket about an order that was submitted.
 *
 * Refuses: NotFound, InvalidInput, UploadRefused.
 */
export async function openTicket(command: Command, input: TicketInput): Promise<TicketView> {
  const { order } = await knownOrder(command, input.orderId);
  const [policy] = await policiesOfOrders(command.db, system, [order.id]);
  const issues = [
    order.submittedAt === null && { path: 'orderId', message: '订单提交后才能申请售后' },
    needsPolicy.includes(input.type) &&
      !policy && { path: 'type', message: '保单出具后才能选择该类型，可以选择“投诉”或“其他”' },
    (await openTicketsOf(command.db, order.id)) >= limits.ticketOpenPerOrderMax && {
      path: 'orderId',
      message: `该订单已有 ${limits.ticketOpenPerOrderMax} 个未关闭的工单，请在原工单中继续沟通`,
    },
  ].filter((issue) => issue !== false);
  if (issues.length > 0) throw new InvalidInput(issues);

  invariant(command.actor.kind === 'USER', 'only a person opens a ticket');
  const id = newId('tkt');
  await bear(
    command,
    ticketLife,
    {
      id,
      number: ticketNumber(command.now),
      orderId: order.id,
      type: input.type,
      subject: cleanLine(input.subject, limits.nameCharactersMax) ?? '',
      createdBy: command.actor.id,
      createdAt: command.now,
      dueAt: dueAt(command.now, limits.ticketWorkdays[input.type]),
    },
    { data: { type: input.type } },
  );
  await say(command, id, input);
  return seen(command, id);
}

interface Move {
  readonly ticketId: string;
  readonly expectedState?: string | null | undefined;
}

type Event = keyof typeof ticketLife.machine.events;

/** Moves a ticket, with what is said along with it. `set` is worked out once the event is known to be accepted. */
async function move(
  command: Command,
  input: Move & Partial<Words>,
  event: Event,
  set: (ticket: TicketView) => Partial<TicketRow>,
): Promise<TicketView> {
  const ticket = await seen(command, input.ticketId);
  expectState(ticket, input.expectedState);
  requireEvent(command.actor, ticketLife, ticket, event);
  const change = set(ticket);
  if (input.text) await say(command, ticket.id, { text: input.text, uploadIds: input.uploadIds });
  await fire(command, ticketLife, ticket, event, { set: change });
  return seen(command, ticket.id);
}

const forStaff =
  (command: Command) =>
  ({ type }: TicketRow) => ({ dueAt: dueAt(command.now, limits.ticketWorkdays[type]) });
const forCustomer = (command: Command) => () => ({
  dueAt: dueAt(command.now, limits.ticketCustomerWorkdays),
});
const unchanged = () => ({});
const closed = (command: Command) => () => ({ closedAt: command.now, dueAt: null });

/**
 * The bidder says something, or answers what was asked.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, UploadRefused.
 */
export const replyToTicket = (command: Command, input: Move & Words): Promise<TicketView> =>
  move(command, input, 'REPLY', (ticket) =>
    ticket.state === 'WAITING_CUSTOMER' ? forStaff(command)(ticket) : {},
  );

/** Staff say something and go on working. Refuses: as `replyToTicket`. */
export const answerTicket = (command: Command, input: Move & Words): Promise<TicketView> =>
  move(command, input, 'ANSWER', unchanged);

/** Staff need something of the bidder, and wait for it. Refuses: as `replyToTicket`. */
export const askCustomer = (command: Command, input: Move & Words): Promise<TicketView> =>
  move(command, input, 'ASK', forCustomer(command));

/** What was asked for is done, or cannot be: staff say which. Refuses: as `replyToTicket`. */
export const resolveTicket = (command: Command, input: Move & Words): Promise<TicketView> =>
  move(command, input, 'RESOLVE', (ticket) => ({
    ...forCustomer(command)(),
    resolvedAt: ticket.resolvedAt ?? command.now,
  }));

/** Somebody works on it from now on. Refuses: NotFound, StaleState, TransitionRefused. */
export const takeTicket = (command: Command, input: Move): Promise<TicketView> =>
  move(command, input, 'TAKE', unchanged);

/** Nothing is left to be said about a resolved ticket; before that, the bidder wants it no longer. Refuses: as `takeTicket`. */
export async function closeTicket(command: Command, input: Move): Promise<TicketView> {
  const { state } = await seen(command, input.ticketId);
  const byBidder = command.actor.kind === 'USER' && command.actor.role === 'BIDDER';
  const early = byBidder && state !== 'RESOLVED' && state !== 'CLOSED';
  return move(command, input, early ? 'CANCEL' : 'CLOSE', closed(command));
}

/**
 * It was not solved after all. Once: who is not content a second time opens a ticket of its own, or telephones.
 *
 * Refuses: as `replyToTicket`.
 */
export const reopenTicket = (command: Command, input: Move & Words): Promise<TicketView> =>
  move(command, input, 'REOPEN', (ticket) => {
    if (!mayReopen(ticket)) throw refusedEvent(ticketLife, ticket, 'REOPEN');
    return { ...forStaff(command)(ticket), reopenedAt: command.now, closedAt: null };
  });

export const mayReopen = (ticket: TicketRow): boolean => ticket.reopenedAt === null;

/**
 * Hands a ticket over to the insurer of the order, who sees it from then on with all that was said.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput.
 */
export async function handOverTicket(command: Command, input: Move): Promise<TicketView> {
  const ticket = await seen(command, input.ticketId);
  expectState(ticket, input.expectedState);
  // Twice would be no news to anybody.
  if (ticket.insurerId) throw refusedEvent(ticketLife, ticket, 'HAND_OVER');
  requireEvent(command.actor, ticketLife, ticket, 'HAND_OVER');
  const insurerId = await insurerOfOrder(command.db, ticket.orderId);
  if (!insurerId) {
    throw new InvalidInput([{ path: 'ticketId', message: '该订单还没有确定承保的保险公司，不能转交' }]);
  }
  return move(command, input, 'HAND_OVER', () => ({ insurerId }));
}

/** Closes what was resolved and not spoken of since, and what waited for the bidder in vain. */
export async function closeTickets(core: Core): Promise<void> {
  const due = await ticketsToClose(core.database.reader, core.clock.now(), limits.timerRowsPerRoundMax);
  for (const { id } of due) {
    await runAsSystem(core, async (command) => {
      const [still] = await ticketsToClose(command.db, command.now, 1, id);
      if (still) await move(command, { ticketId: id }, 'EXPIRE', closed(command));
    });
  }
}
