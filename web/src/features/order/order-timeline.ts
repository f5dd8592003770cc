import type { ResultOf } from '../../gql/graphql.ts';
import type { EventFields } from './order.gql.ts';

export type TimelineEvent = ResultOf<typeof EventFields>;

/** The events of one thing, and what people call it: “投保单（紫金）”. */
export interface EventSource {
  subject: string;
  events: readonly TimelineEvent[];
}

export interface TimelineEntry {
  id: string;
  at: string;
  text: string;
  note: string | null;
  actorLabel: string;
}

/** Consequences: what the order does because its quote, payment or policy did it says nothing more, nor the other way round. */
const echoes = new Set([
  'order.OFFER',
  'order.SUBMIT_VOUCHER',
  'order.WITHDRAW_VOUCHER',
  'order.REJECT_PAYMENT',
  'order.CONFIRM_PAYMENT',
  'order.ISSUE',
  'order.SURRENDER',
  'quote.SUBMIT',
  'quote.ISSUE',
  'payment.OPEN',
  'payment.REFUND',
  'payment.CONFIRM_REFUND',
  'payment.CLOSE',
  'invoice.OPEN',
]);

/** What needs other words than the label of its event after the name of its subject. */
const plainTexts: Readonly<Record<string, string>> = {
  'order.LAPSE': '订单失效',
  'payment.SUBMIT_VOUCHER': '提交支付凭证',
  'payment.WITHDRAW_VOUCHER': '撤回支付凭证',
  'payment.REJECT': '支付凭证未通过审核',
  'payment.CONFIRM': '款项确认到账',
  'payment.EXCEPT': '付款异常',
  'payment.TOP_UP': '提交补款凭证',
  'payment.REJECT_TOP_UP': '补款凭证未通过审核',
  'policy.SURRENDER': '保单退保失效',
  'surrender.SUBMIT': '申请退保',
  'surrender.WITHDRAW': '撤回退保申请',
  'surrender.APPROVE': '退保：平台审核通过',
  'surrender.REJECT': '退保：平台驳回',
  'surrender.AGREE': '退保：保险公司同意',
  'surrender.DECLINE': '退保：保险公司驳回',
  'surrender.COMPLETE': '退保成功',
  'payment.RETURN': '款项退回，等待重新付款',
};

/** What an event means that repeats the one before it. */
const replacements: Readonly<Record<string, string>> = {
  'payment.SUBMIT_VOUCHER': '更换支付凭证',
  'payment.TOP_UP': '更换补款凭证',
};

/** What is written back and forth in a ticket is read there; an order tells of what was asked and what came of it. */
const talk = new Set(['REPLY', 'TAKE', 'ANSWER']);
export const ticketSource = (ticket: {
  typeLabel: string;
  events: readonly TimelineEvent[];
}): EventSource => ({
  subject: `售后（${ticket.typeLabel}）`,
  events: ticket.events.filter(({ event }) => !talk.has(event)),
});

/** All events as one list, the newest first; each says what it happened to, unless it goes without saying. */
export function timelineOf(sources: readonly EventSource[]): TimelineEntry[] {
  return sources
    .flatMap(({ subject, events }, rank) =>
      events.map(({ id, at, noun, event, label, note, actorLabel }, index) => ({
        kind: `${noun}.${event}`,
        entry: {
          id,
          at,
          // A voucher that follows another takes its place.
          text:
            (events[index - 1]?.event === event && replacements[`${noun}.${event}`]) ||
            (plainTexts[`${noun}.${event}`] ?? (subject ? `${subject}：${label}` : label)),
          note,
          actorLabel,
        },
        instantMs: Date.parse(at),
        // Of one moment: causes stand below their consequences, as in the order of the sources.
        rank: rank * 1000 + index,
      })),
    )
    .filter(({ kind }) => !echoes.has(kind))
    .toSorted((a, b) => b.instantMs - a.instantMs || b.rank - a.rank)
    .map(({ entry }) => entry);
}
