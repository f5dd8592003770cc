import type { ResultOf } from '../../gql/graphql.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type { OrderStanding } from './order.gql.ts';
import { endSentence, moneyBack, reviewStanding, transferStanding } from './payment-standing.ts';

export type StandingOrder = ResultOf<typeof OrderStanding>;
export type OrderState = StandingOrder['state'];
export type Actor = NonNullable<StandingOrder['nextActor']>;

/** How an order stands, in the words of the bidder who looks at it. */
export interface Standing {
  tone: 'info' | 'success' | 'warning' | 'danger';
  /** What has happened, and what comes next. */
  text: string;
  /** Who acts next; null when nobody has to. */
  actor: Actor | null;
  /** What that actor does, as an end of “由…”: “完成核保”. */
  task: string;
  /** By when, or null while no time is set. */
  dueAt: string | null;
  /** The page where the bidder does it. */
  action: { label: string; to: string } | null;
}

export const actorNames: Record<Actor, string> = {
  BIDDER: '您',
  OPERATOR: '平台运营人员',
  UNDERWRITER: '保险公司',
  CENTRE: '交易中心',
  SYSTEM: '系统',
  BANK: '银行',
};

export const orderTones: Record<OrderState, StateTone> = {
  DRAFT: 'neutral',
  UNDERWRITING: 'progress',
  AWAITING_PAYMENT: 'warning',
  PAYMENT_REVIEW: 'progress',
  ISSUING: 'progress',
  COMPLETED: 'success',
  SURRENDERED: 'neutral',
  DECLINED: 'danger',
  CANCELLED: 'neutral',
  LAPSED: 'neutral',
};

export const orderSteps = ['提交缴纳信息', '缴纳流程', '缴纳审批', '审批通过', '完成'] as const;

const stepOfState: Record<OrderState, number | null> = {
  DRAFT: 0,
  UNDERWRITING: 1,
  AWAITING_PAYMENT: 1,
  PAYMENT_REVIEW: 2,
  ISSUING: 3,
  COMPLETED: orderSteps.length,
  SURRENDERED: null,
  DECLINED: null,
  CANCELLED: null,
  LAPSED: null,
};

/** Whether the order ended without a guarantee, so that it may be applied for anew. */
export const hasEnded = (state: OrderState): boolean =>
  state === 'DECLINED' || state === 'CANCELLED' || state === 'LAPSED';

/** Index of the step being done, or null for an order that ended on the way or was given back: it has no next step to show. */
export function orderStep(state: OrderState): number | null {
  return stepOfState[state];
}

/**
 * How an order stands, who acts next, and by when. While quotes are open the order alone does not say it: an insurer
 * that asks for material, or an offer not yet accepted, waits for the bidder.
 */
export function standingOf(order: StandingOrder): Standing {
  const rest = { actor: order.nextActor, task: '', dueAt: order.dueAt, action: null };
  const page = { label: '查看订单', to: `/orders/${order.id}` };

  switch (order.state) {
    case 'DRAFT':
      return {
        ...rest,
        tone: 'info',
        text: '订单尚未提交。请填写投保信息后提交，保险公司收到后开始审核。',
        task: '填写并提交投保信息',
        action: { label: '继续填写', to: `/orders/${order.id}/apply` },
      };

    case 'UNDERWRITING':
    case 'AWAITING_PAYMENT': {
      const asked = order.quotes.find((quote) => quote.state === 'MATERIAL_REQUESTED');
      const offers = order.quotes.filter((quote) => quote.state === 'OFFERED');
      const isAccepted = order.quotes.some((quote) => quote.state === 'ACCEPTED');
      if (asked) {
        return {
          tone: 'warning',
          text: `${asked.insurer.shortName}要求补充资料，补充后继续审核。`,
          actor: 'BIDDER',
          task: '补充资料',
          dueAt: asked.dueAt,
          action: { ...page, label: '补充资料' },
        };
      }
      if (offers.length > 0 && !isAccepted) {
        const deadlines = offers.map((quote) => quote.dueAt ?? quote.validUntil).filter((at) => at !== null);
        return {
          tone: 'warning',
          text: '保险公司已报价，请核对保费并接受一家的报价，接受后即可支付。',
          actor: 'BIDDER',
          task: '确认报价',
          dueAt: earliest(deadlines) ?? order.dueAt,
          action: { ...page, label: '确认报价' },
        };
      }
      if (order.state === 'UNDERWRITING') {
        return {
          ...rest,
          tone: 'info',
          text: '投保信息已提交，保险公司正在审核。审核结果出来后本页会自动更新。',
          task: '完成审核',
        };
      }
      return {
        ...rest,
        ...transferStanding(order.payment),
        dueAt: order.payment?.dueAt ?? order.dueAt,
        action: { label: '立即支付', to: `/orders/${order.id}/pay` },
      };
    }

    case 'PAYMENT_REVIEW': {
      if (!order.payment) return { ...rest, tone: 'info', text: '正在核对到账情况。', task: '核对到账' };
      const { label, ...standing } = reviewStanding(order.payment);
      return {
        ...rest,
        ...standing,
        // The order waits for its review whatever came in; the payment knows who has to act now.
        actor: order.payment.nextActor,
        dueAt: order.payment.dueAt ?? order.dueAt,
        action: { label, to: `/orders/${order.id}/pay` },
      };
    }

    case 'ISSUING':
      return {
        ...rest,
        tone: 'info',
        text: `款项已确认到账，请等待保险公司出单。保单加盖电子签章后即可下载。${moneyBack(order)}`,
        task: '出具保单',
      };

    case 'COMPLETED':
      // The order follows when the premium is back; the guarantee is worth nothing from the surrender on.
      if (order.policy?.state === 'SURRENDERED')
        return {
          ...rest,
          tone: 'info',
          text: `保单已退保失效。${moneyBack(order) || '保费将退回原付款账户。'}`,
        };
      return {
        ...rest,
        tone: 'success',
        text: `保单已出具，可以下载保单并用于投标或履约。${moneyBack(order)}`,
        action: null,
      };

    case 'SURRENDERED':
      return { ...rest, tone: 'info', text: `该订单已退保，保单不再有效。${moneyBack(order)}` };

    case 'DECLINED': {
      const reasons = order.quotes
        .filter((quote) => quote.declineReason)
        .map((quote) => `${quote.insurer.shortName}：${endSentence(quote.declineReason ?? '')}`);
      return {
        ...rest,
        tone: 'danger',
        text: `所选保险公司均未通过核保。${reasons.join('')}您可以调整后重新申请，或改选其他保险公司。`,
      };
    }

    case 'CANCELLED':
      return ended(
        order,
        order.cancelReason ? `订单已取消，原因：${endSentence(order.cancelReason)}` : '订单已取消。',
      );

    case 'LAPSED':
      return ended(order, '订单未在期限内完成，已失效。如仍需办理，请重新申请。');
  }
}

/** Whether the bidder is the one everybody waits for. */
export function needsBidder(order: StandingOrder): boolean {
  return standingOf(order).actor === 'BIDDER';
}

function earliest(instants: readonly string[]): string | null {
  return instants.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}

/** An order that ended without a guarantee. Money may have come all the same, and somebody has to see to it. */
function ended(order: StandingOrder, text: string): Standing {
  const { payment } = order;
  const isOpen = payment?.state === 'EXCEPTION' || payment?.state === 'REFUNDING';
  return {
    tone: isOpen ? 'warning' : 'info',
    text: `${text}${moneyBack(order)}`,
    actor: isOpen ? payment.nextActor : order.nextActor,
    task: payment?.state === 'EXCEPTION' ? '核实处理' : '退回款项',
    dueAt: isOpen ? payment.dueAt : order.dueAt,
    action: null,
  };
}
