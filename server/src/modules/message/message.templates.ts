import { formatInstant } from '../../kernel/clock.ts';
import { invariant } from '../../kernel/invariant.ts';
import { formatYuanGrouped } from '../../kernel/money.ts';

/** What a message may speak of. All of it is known to its recipient. */
export interface Facts {
  /** 订单号. */
  readonly orderNumber: string;
  readonly sectionName: string;
  /** Short name of the insurer whose affair the event is. */
  readonly insurerName: string;
  readonly premiumFen: number | null;
  /** Milliseconds. */
  readonly deadlineAt: number | null;
  /** By when the recipient is asked to act, in milliseconds. */
  readonly dueAt: number | null;
  /** Until the end of cover. */
  readonly days: number | null;
}

interface Template<T = (facts: Facts) => string> {
  readonly title: string;
  /** One text for the page and for SMS: no reason and no name of a person, which would leave the platform with it. */
  readonly text: T;
  /** Another message of the same moment goes out by SMS. */
  readonly onPageOnly?: true;
}

/** A section's name may be as long as an SMS. */
const NAME_CHARACTERS_MAX = 30;

function brief(name: string): string {
  const characters = [...name];
  return characters.length > NAME_CHARACTERS_MAX
    ? `${characters.slice(0, NAME_CHARACTERS_MAX - 1).join('')}…`
    : name;
}

function premium({ premiumFen }: Facts): string {
  invariant(premiumFen !== null, 'an offer has a premium');
  return formatYuanGrouped(premiumFen);
}

function deadline({ deadlineAt }: Pick<Facts, 'deadlineAt'>): string {
  invariant(deadlineAt !== null, 'a section is postponed to some time');
  return minute(deadlineAt);
}

const minute = (instant: number) => formatInstant(instant).slice(0, 16).replace('T', ' ');

/** News of a certification, for the person who submitted it. */
export const certificationTemplates: Readonly<Record<string, Template<() => string>>> = {
  'certification.APPROVE': {
    title: '企业认证已通过',
    text: () => '您提交的企业认证已通过审核，请登录平台完善企业信息后办理保函。',
  },
  'certification.REJECT': {
    title: '企业认证未通过',
    text: () => '您提交的企业认证未通过审核，请登录平台查看原因并重新提交。',
  },
};

/** News of an order or of what hangs on it, for the enterprise whose order it is. */
export const orderTemplates: Readonly<Record<string, Template>> = {
  'quote.OFFER': {
    title: '核保已通过',
    text: (facts) =>
      `订单${facts.orderNumber}：${facts.insurerName}核保通过，保费${premium(facts)}元，请登录平台查看并办理。`,
  },
  'quote.DECLINE': {
    title: '核保未通过',
    text: (facts) => `订单${facts.orderNumber}：${facts.insurerName}核保未通过，请登录平台查看原因。`,
  },
  'quote.REQUEST_MATERIAL': {
    title: '请补充资料',
    text: (facts) =>
      `订单${facts.orderNumber}：${facts.insurerName}要求补充资料，请${facts.dueAt === null ? '' : `于${minute(facts.dueAt)}前`}登录平台查看要求并提交。`,
  },
  'quote.EXPIRE': {
    title: '报价已过期',
    text: (facts) =>
      `订单${facts.orderNumber}：${facts.insurerName}的报价已过期，请登录平台查看其他报价或重新申请。`,
  },
  'order.OFFER': {
    title: '订单待支付',
    text: (facts) => `订单${facts.orderNumber}：已有机构核保通过，请登录平台确认报价并支付保费。`,
    onPageOnly: true,
  },
  'order.DECLINE': {
    title: '订单核保未通过',
    text: (facts) => `订单${facts.orderNumber}：所选机构均未承保，订单已结束，可登录平台另选机构重新申请。`,
  },
  'order.LAPSE': {
    title: '订单已失效',
    text: (facts) => `订单${facts.orderNumber}：到期未完成，订单已自动失效，可登录平台重新申请。`,
  },
  'payment.CONFIRM': {
    title: '保费已到账',
    text: (facts) => `订单${facts.orderNumber}：保费已确认到账，正在等待出具保函。`,
  },
  'payment.REJECT': {
    title: '支付凭证被退回',
    text: (facts) => `订单${facts.orderNumber}：支付凭证被退回，请登录平台查看原因并重新提交。`,
  },
  'payment.EXCEPT': {
    title: '付款异常',
    text: (facts) => `订单${facts.orderNumber}：付款存在异常，正在核实，请登录平台查看说明。`,
  },
  'payment.RETURN': {
    title: '款项将退回，请重新付款',
    text: (facts) => `订单${facts.orderNumber}：所付款项将退回原付款账户，请登录平台查看原因并重新付款。`,
  },
  'payment.TAKE_BACK': {
    title: '款项不属于该订单，请付款',
    text: (facts) =>
      `订单${facts.orderNumber}：此前登记的款项经核实属于其他订单，本订单尚未付款，请登录平台按付款信息转账。`,
  },
  'refund.CONFIRM': {
    title: '退款已完成',
    text: (facts) => `订单${facts.orderNumber}：款项已退回原付款账户，请注意查收。`,
  },
  'policy.ISSUE': {
    title: '保函已出具',
    text: (facts) => `订单${facts.orderNumber}：保函已出具，请登录平台查看并下载。`,
  },
  'policy.ENDORSE': {
    title: '保函已批改',
    text: (facts) => `订单${facts.orderNumber}：保函已批改，保障期已延长，请登录平台下载批单。`,
  },
  'policy.REMIND': {
    title: '保函即将到期',
    text: (facts) =>
      `订单${facts.orderNumber}：保函保障期${facts.days ? `还有${facts.days}天` : '今天'}到期，需要延长的请及时联系保险机构办理批改。`,
  },
  'invoice.ISSUE': {
    title: '发票已开具',
    text: (facts) => `订单${facts.orderNumber}：发票已开具，请登录平台查看。`,
  },
  'invoice.SHIP': {
    title: '发票已寄出',
    text: (facts) => `订单${facts.orderNumber}：纸质发票已寄出，请登录平台查看快递信息。`,
  },
  'invoice.AUTO_REQUEST': {
    title: '已自动申请发票',
    text: (facts) => `订单${facts.orderNumber}：已按投保时的选择自动申请发票，可登录平台查看。`,
  },
  'invoice.WISH_INCOMPLETE': {
    title: '请补充开票信息',
    text: (facts) => `订单${facts.orderNumber}：开票信息不全，未能自动申请发票，请登录平台补充后申请。`,
  },
  'invoice.REVERSE': {
    title: '发票已红冲',
    text: (facts) => `订单${facts.orderNumber}：已开具的发票已红冲，不再有效，请登录平台查看。`,
  },
  'invoice.REJECT': {
    title: '发票申请被拒绝',
    text: (facts) => `订单${facts.orderNumber}：发票申请被拒绝，请登录平台查看原因并重新申请。`,
  },
  'surrenderOffer.OFFER': {
    title: '可以退保',
    text: (facts) =>
      `订单${facts.orderNumber}：标段“${brief(facts.sectionName)}”已流标或终止招标，可全额退还保费，请登录平台一键申请退保。`,
  },
  'surrender.APPROVE': {
    title: '退保申请已通过平台审核',
    text: (facts) => `订单${facts.orderNumber}：退保申请已通过平台审核，等待保险公司审核。`,
    onPageOnly: true,
  },
  'surrender.AGREE': {
    title: '保险公司已同意退保',
    text: (facts) =>
      `订单${facts.orderNumber}：${facts.insurerName}已同意退保，保单已失效，保费将全额退回原付款账户。`,
  },
  'surrender.REJECT': {
    title: '退保申请未通过',
    text: (facts) => `订单${facts.orderNumber}：退保申请未通过平台审核，保单继续有效，请登录平台查看原因。`,
  },
  'surrender.DECLINE': {
    title: '退保申请未通过',
    text: (facts) =>
      `订单${facts.orderNumber}：${facts.insurerName}未同意退保，保单继续有效，请登录平台查看原因。`,
  },
  'surrender.COMPLETE': {
    title: '退保成功',
    text: (facts) => `订单${facts.orderNumber}：退保成功，保费已退回原付款账户，请登录平台查看退款凭证。`,
    onPageOnly: true,
  },
  'ticket.HAND_OVER': {
    title: '售后工单已转交保险公司',
    text: (facts) => `订单${facts.orderNumber}：售后工单已转交${facts.insurerName}处理。`,
    onPageOnly: true,
  },
  'ticket.ANSWER': {
    title: '售后工单有新答复',
    text: (facts) => `订单${facts.orderNumber}：售后工单有新答复，请登录平台查看。`,
  },
  'ticket.ASK': {
    title: '售后工单待您回复',
    text: (facts) => `订单${facts.orderNumber}：售后工单需要您补充或确认，请登录平台查看并回复。`,
  },
  'ticket.RESOLVE': {
    title: '售后工单已解决',
    text: (facts) =>
      `订单${facts.orderNumber}：售后工单已处理完毕，请登录平台查看结果；如未解决，可以重新打开工单。`,
  },
  'ticket.EXPIRE': {
    title: '售后工单已关闭',
    text: (facts) => `订单${facts.orderNumber}：售后工单到期，已自动关闭。`,
    onPageOnly: true,
  },
};

/** What may be said of a section that was saved. */
type SavedFacts = Pick<Facts, 'sectionName' | 'deadlineAt'>;

const saved = ({ sectionName }: SavedFacts) => `您收藏的标段“${brief(sectionName)}”`;

/** News of a section, for every enterprise that saved it and has no order there, each by itself. */
export const savedTemplates: Readonly<Record<string, Template<(facts: SavedFacts) => string>>> = {
  'bidSection.POSTPONE': {
    title: '收藏的标段已延期',
    text: (facts) => `${saved(facts)}已延期，投标截止时间改为${deadline(facts)}。`,
  },
  'bidSection.REANNOUNCE': {
    title: '收藏的标段有变更',
    text: (facts) => `${saved(facts)}公告有变更，请登录平台查看。`,
  },
  'bidSection.SUSPEND': {
    title: '收藏的标段已暂停',
    text: (facts) => `${saved(facts)}已暂停，恢复后另行通知。`,
  },
  'bidSection.RESUME': {
    title: '收藏的标段已恢复',
    text: (facts) => `${saved(facts)}已恢复，请登录平台办理。`,
  },
  'bidSection.FAIL': {
    title: '收藏的标段已流标',
    text: (facts) => `${saved(facts)}已流标。`,
  },
  'bidSection.REMIND': {
    title: '投标即将截止',
    text: (facts) =>
      `标段“${brief(facts.sectionName)}”将于${deadline(facts)}投标截止，您的投标保证金尚未办妥，请及时办理。`,
  },
};

/** News of a section, for every enterprise with a live order there, each by itself. */
export const sectionTemplates: Readonly<Record<string, Template>> = {
  'bidSection.POSTPONE': {
    title: '标段已延期',
    text: (facts) =>
      `订单${facts.orderNumber}：标段“${brief(facts.sectionName)}”已延期，投标截止时间改为${deadline(facts)}。`,
  },
  'bidSection.REANNOUNCE': {
    title: '标段公告有变更',
    text: (facts) =>
      `订单${facts.orderNumber}：标段“${brief(facts.sectionName)}”公告有变更，请登录平台查看。`,
  },
  'bidSection.SUSPEND': {
    title: '标段已暂停',
    text: (facts) => `订单${facts.orderNumber}：标段“${brief(facts.sectionName)}”已暂停，恢复后另行通知。`,
  },
  'bidSection.RESUME': {
    title: '标段已恢复',
    text: (facts) =>
      `订单${facts.orderNumber}：标段“${brief(facts.sectionName)}”已恢复，请登录平台继续办理。`,
  },
  'bidSection.REMIND': {
    title: '投标即将截止',
    text: (facts) =>
      `订单${facts.orderNumber}：标段“${brief(facts.sectionName)}”将于${deadline(facts)}投标截止，保函尚未出具，请及时办理。`,
  },
  'bidSection.FAIL': {
    title: '标段已流标',
    text: (facts) => `订单${facts.orderNumber}：标段“${brief(facts.sectionName)}”已流标，请登录平台查看。`,
  },
};
