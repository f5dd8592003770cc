import type { TicketType } from '../../db/vocabulary.ts';
import { type Payable, resultOf } from '../payment/payment.fixture.ts';

const refusal =
  '... on Error { code message } ... on InvalidInput { issues { path message } } ... on TransitionRefused { refusedIn: currentState event: refusedEvent }';
const act = (name: string, type: string) => `mutation ($input: ${type}!) { ${name}(input: $input) {
  ... on ServiceTicket { id number state stateLabel nextActor dueAt overdue availableEvents handedOver orderNumber orderAmount
    order { id } messages { author authorLabel text fileCount files { id } } } ${refusal} } }`;
export const OPEN_TICKET = act('openTicket', 'OpenTicketInput');
export const REPLY = act('replyToTicket', 'ReplyToTicketInput');
export const REOPEN = act('reopenTicket', 'ReopenTicketInput');
export const TAKE = act('takeTicket', 'TakeTicketInput');
export const HAND_OVER = act('handOverTicket', 'HandOverTicketInput');
export const ANSWER = act('answerTicket', 'AnswerTicketInput');
export const ASK = act('askCustomer', 'AskCustomerInput');
export const RESOLVE = act('resolveTicket', 'ResolveTicketInput');
export const CLOSE = act('closeTicket', 'CloseTicketInput');

/** A ticket about an order, with the first message. */
export async function openedTicket(
  { ask, orderId }: Pick<Payable, 'ask' | 'orderId'>,
  wish: { readonly type?: TicketType; readonly uploadIds?: readonly string[] } = {},
): Promise<string> {
  const input = { orderId, type: 'OTHER', subject: '咨询', text: '请问何时可以办理？', ...wish };
  const ticket = resultOf(await ask(OPEN_TICKET, { input }));
  if (ticket.code) throw new Error(`Not opened: ${JSON.stringify(ticket)}`);
  return ticket.id;
}
