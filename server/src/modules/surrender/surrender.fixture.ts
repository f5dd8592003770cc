import type { Person } from '../../../test/support/given.ts';
import type { Ask, Harness } from '../../../test/support/harness.ts';
import type { SurrenderCause } from '../../db/vocabulary.ts';
import { CONFIRM_REFUND, type Issued, refundProof, resultOf } from '../payment/payment.fixture.ts';

const refusal =
  '... on Error { code message } ... on InvalidInput { issues { path message } } ... on TransitionRefused { refusedIn: currentState event: refusedEvent }';
const act = (name: string, type: string) => `mutation ($input: ${type}!) { ${name}(input: $input) {
  ... on Surrender { id state stateLabel cause amount orderNumber note nextActor nextStep invoiceStands dueAt availableEvents rejectReason } ${refusal} } }`;
export const REQUEST_SURRENDER = act('requestSurrender', 'RequestSurrenderInput');
export const WITHDRAW_SURRENDER = act('withdrawSurrender', 'WithdrawSurrenderInput');
export const APPROVE_SURRENDER = act('approveSurrender', 'ApproveSurrenderInput');
export const REJECT_SURRENDER = act('rejectSurrender', 'RejectSurrenderInput');

/** A surrender of an issued order, asked for and not decided on. */
export async function requestedSurrender(
  { ask, orderId }: Pick<Issued, 'ask' | 'orderId'>,
  wish: { readonly cause?: SurrenderCause; readonly note?: string } = {},
): Promise<string> {
  const surrender = resultOf(
    await ask(REQUEST_SURRENDER, { input: { orderId, cause: 'BIDDER_GAVE_UP', ...wish } }),
  );
  if (surrender.code) throw new Error(`Not requested: ${JSON.stringify(surrender)}`);
  return surrender.id;
}

/** The insurer has paid back what is to be paid back for an order, and proves it. */
export async function paidBack(h: Harness, order: Issued, desk: Ask, underwriter: Person): Promise<void> {
  const { data } = await desk('query ($id: ID!) { order(id: $id) { payment { refunds { id state } } } }', {
    id: order.orderId,
  });
  for (const { id, state } of data.order.payment.refunds) {
    if (state !== 'REFUNDING') continue;
    const refund = resultOf(await desk(CONFIRM_REFUND, { input: await refundProof(h, underwriter, id) }));
    if (refund.code) throw new Error(`Not paid back: ${JSON.stringify(refund)}`);
  }
}
