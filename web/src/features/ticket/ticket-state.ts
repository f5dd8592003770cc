import type { ResultOf } from '../../gql/graphql.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type { TicketPageDocument } from './ticket.gql.ts';

export type Ticket = NonNullable<ResultOf<typeof TicketPageDocument>['ticket']>;
export type TicketState = Ticket['state'];

export const ticketTones: Record<TicketState, StateTone> = {
  OPEN: 'progress',
  IN_PROGRESS: 'progress',
  WAITING_CUSTOMER: 'warning',
  RESOLVED: 'success',
  CLOSED: 'neutral',
};

/** What the filter calls the states; a row shows the server's label. */
export const ticketStateLabels: Record<TicketState, string> = {
  OPEN: '待受理',
  IN_PROGRESS: '处理中',
  WAITING_CUSTOMER: '待企业回复',
  RESOLVED: '已解决',
  CLOSED: '已关闭',
};

export const ticketTypeLabels = {
  TITLE_CHANGE: '改抬头',
  RESEND: '补寄',
  POLICY_CORRECTION: '保单更正',
  COMPLAINT: '投诉',
  OTHER: '其他',
} as const;
export type TicketType = keyof typeof ticketTypeLabels;

/** What can only be asked for once there is a policy. */
export const needsPolicy: readonly TicketType[] = ['TITLE_CHANGE', 'RESEND', 'POLICY_CORRECTION'];

/** How a ticket stands, in the words of the bidder who looks at it. */
export const ticketSentences: Record<TicketState, string> = {
  OPEN: '工单已提交，等待受理。',
  IN_PROGRESS: '工单正在处理。有补充时可以继续回复。',
  WAITING_CUSTOMER: '请您补充或确认，回复后继续处理；逾期未回复的，工单自动关闭。',
  RESOLVED: '工单已处理完毕，到期自动关闭。如未解决，可以重新打开一次。',
  CLOSED: '工单已关闭。',
};

/** Whether operators read what is written on a view that shows neither section nor enterprise. */
export const isUnderSeal = (order: { depositKind: string; section: { openedAt: string | null } } | null) =>
  order?.depositKind === 'BID' && order.section.openedAt === null;
