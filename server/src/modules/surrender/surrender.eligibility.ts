import type {
  BidSectionState,
  DepositKind,
  OrderState,
  PolicyState,
  SurrenderCause,
  SurrenderState,
} from '../../db/vocabulary.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { policyMachine } from '../policy/policy.machine.ts';

/** All that decides on whether a guarantee may be given back. */
export interface SurrenderCase {
  readonly orderState: OrderState;
  readonly depositKind: DepositKind;
  /** Null while no policy is issued. */
  readonly policyState: PolicyState | null;
  readonly sectionState: BidSectionState;
  /** Milliseconds; null while the bids are not opened. */
  readonly openedAt: number | null;
  /** Until when bids are taken, in milliseconds. */
  readonly deadlineAt: number | null;
  /** The surrender that is underway or done, if any. */
  readonly standing: SurrenderState | null;
}

export interface SurrenderEligibility {
  readonly eligible: boolean;
  /** The causes that may be chosen now; none where it is not eligible. */
  readonly causes: readonly SurrenderCause[];
  /** Why, in Chinese, for the bidder. */
  readonly reason: string;
}

const refundText = '经平台和保险公司审核后，保费全额退回原付款账户，保单同时失效。';
const no = (reason: string): SurrenderEligibility => ({ eligible: false, causes: [], reason });
const yes = (causes: readonly SurrenderCause[], why: string): SurrenderEligibility => ({
  eligible: true,
  causes,
  reason: `${why}${refundText}`,
});

/** Whether a guarantee may be given back now, for which causes, and why. */
export function surrenderEligibility(facts: SurrenderCase, now: number): SurrenderEligibility {
  if (facts.orderState === 'SURRENDERED' || facts.standing === 'DONE') return no('该订单已退保。');
  if (facts.standing) return no('退保申请正在办理，请在退保记录中查看进度，无需重复提交。');
  return causesNow(facts, now);
}

/** The same for a surrender that is underway: whether its cause holds still when it is decided on. */
export const causeHolds = (facts: SurrenderCase, cause: SurrenderCause, now: number): boolean =>
  causesNow(facts, now).causes.includes(cause);

function causesNow(facts: SurrenderCase, now: number): SurrenderEligibility {
  const { policyState, sectionState, openedAt } = facts;
  if (!policyState || facts.orderState !== 'COMPLETED') {
    return no('保单出具后才能申请退保；尚未支付的订单可以直接取消。');
  }
  if (policyState !== 'ISSUED' && policyState !== 'ACTIVE') {
    return no(`保单${policyMachine.states[policyState].label}，不能退保。`);
  }
  if (sectionState === 'FAILED') return yes(['TENDER_FAILED'], '标段已流标或终止招标，可以申请退保。');
  if (openedAt !== null) return no('标段已开标，开标后只有流标或终止招标才能退保。');

  const mayGiveUp = !isPastDeadline(facts, now);
  if (sectionState === 'SUSPENDED') {
    return yes(
      mayGiveUp ? ['TENDER_SUSPENDED', 'BIDDER_GAVE_UP'] : ['TENDER_SUSPENDED'],
      '标段已暂停招标，可以申请退保。',
    );
  }
  // Bids that were handed in cannot be taken back after that: the guarantee stands for them.
  if (!mayGiveUp) return no('投标截止时间已过，保函须保留到开标；开标后流标或终止招标的，可以申请退保。');
  const until =
    facts.depositKind === 'BID' && facts.deadlineAt !== null
      ? `投标截止（${formatInstant(facts.deadlineAt).slice(0, 16).replace('T', ' ')}）`
      : '开标';
  return yes(['BIDDER_GAVE_UP'], `${until}前放弃投标的，可以申请退保。`);
}

const isPastDeadline = ({ depositKind, deadlineAt }: SurrenderCase, now: number): boolean =>
  depositKind === 'BID' && deadlineAt !== null && now >= deadlineAt;
