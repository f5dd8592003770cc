import { formatMoney, subtractMoney } from '../../shared/format.ts';
import type { Standing, StandingOrder } from './order-standing.ts';

type Payment = NonNullable<StandingOrder['payment']>;

const yuan = (amount: string): string => `¥${formatMoney(amount)}`;

/** A reason that somebody typed, made a sentence of a longer text. */
export function endSentence(text: string): string {
  return /[。！？!?.]$/.test(text) ? text : `${text}。`;
}

type PaymentStanding = Pick<Standing, 'tone' | 'text' | 'task'> & { label: string };

/** How a payment under review stands: what is wrong with it, what happens to the money, and what the bidder does. */
export function reviewStanding(payment: Payment): PaymentStanding {
  if (payment.state !== 'EXCEPTION') {
    return {
      tone: 'info',
      text: '支付凭证已提交，正在核对到账情况。',
      task: '核对到账',
      label: '查看支付信息',
    };
  }
  const { amount, receivedAmount, outstandingAmount, rejectReason, voucher } = payment;
  const label = '查看说明';
  const task = '核实处理';
  const received = receivedAmount === '0.00' ? '' : `到账 ${yuan(receivedAmount)}，`;
  switch (payment.exceptionKind) {
    case 'SHORT': {
      if (!received)
        return {
          tone: 'danger',
          text: '到账金额不足，正在核实实际到账的金额。核实后即可补足差额，请暂勿再次转账。',
          task,
          label,
        };
      const lack = `到账金额不足：${received}应付 ${yuan(amount)}，还差 ${yuan(outstandingAmount)}。`;
      if (voucher)
        return {
          tone: 'info',
          text: `${lack}补款凭证已提交，正在核对到账情况。`,
          task: '核对到账',
          label: '查看支付信息',
        };
      return {
        tone: 'danger',
        text: rejectReason
          ? `补款凭证未通过审核：${endSentence(rejectReason)}${lack}请核对后重新上传补款凭证。`
          : `${lack}请从本企业账户补足差额，附言不变，并上传补款凭证。`,
        task: '补足差额并上传补款凭证',
        label: '补足差额',
      };
    }
    case 'OVER':
      return {
        tone: 'warning',
        text: received
          ? `到账金额多于应付金额：${received}应付 ${yuan(amount)}，多出的 ${yuan(subtractMoney(receivedAmount, amount))} 将退回原付款账户。您无需操作，核实后照常出单。`
          : '到账金额多于应付金额，多出的部分将退回原付款账户。您无需操作，核实后照常出单。',
        task,
        label,
      };
    case 'FOREIGN_PAYER':
      return {
        tone: 'danger',
        text: '付款账户不是本企业账户，款项将退回原付款账户，之后请用本企业账户重新付款。如确为本企业账户，请致电客服。',
        task: '核实并退回款项',
        label,
      };
    case 'LATE':
      return {
        tone: 'danger',
        text: `款项在时限之后到账，正在核实能否按时出函；不能出函的，全额退回原付款账户。请暂勿再次转账。`,
        task,
        label,
      };
    default:
      return {
        tone: 'danger',
        text: '付款存在异常，正在核实，客服会与您联系。请暂勿再次转账。',
        task,
        label,
      };
  }
}

/** How a payment stands that is asked for: for the first time, after a voucher was refused, or after money went back. */
export function transferStanding(payment: Payment | null): Omit<PaymentStanding, 'label'> {
  const reason = payment?.rejectReason;
  if (!reason)
    return {
      tone: 'warning',
      text: '保险公司已审核通过，请从本企业账户转账，并上传支付凭证。',
      task: '支付并上传凭证',
    };
  const returned = payment.refunds.filter((refund) => refund.kind === 'WHOLE' && refund.reason === reason);
  if (returned.length > 0) {
    const isBack = returned.every(({ state }) => state === 'REFUNDED');
    return {
      tone: 'danger',
      text: `上次的付款${isBack ? '已' : '将'}退回原付款账户，原因：${endSentence(reason)}请从本企业账户重新付款，并上传支付凭证。`,
      task: '重新付款并上传凭证',
    };
  }
  return {
    tone: 'danger',
    text: `支付凭证未通过审核：${endSentence(reason)}请核对后重新上传，已填写的内容会保留。`,
    task: '重新上传支付凭证',
  };
}

/** What becomes of money that came in and is not, or not all, for this order; '' where there is none. */
export function moneyBack({ payment }: StandingOrder): string {
  if (!payment) return '';
  if (payment.state === 'EXCEPTION')
    return `订单结束后收到款项 ${yuan(payment.receivedAmount)}，正在核实能否继续办理；不能办理的，全额退回原付款账户。`;
  return (['REFUNDING', 'REFUNDED'] as const)
    .map((state) => {
      const parts = payment.refunds.filter((refund) => refund.state === state);
      const what = parts.map(
        (refund) => `${refund.kind === 'SURPLUS' ? '多付的 ' : ''}${yuan(refund.amount)}`,
      );
      return what.length > 0
        ? `${what.join('、')} ${state === 'REFUNDED' ? '已' : '正在'}退回原付款账户。`
        : '';
    })
    .join('');
}
