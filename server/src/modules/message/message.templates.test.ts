import { expect, test } from 'vitest';
import { smsText } from '../account/sms-message.ts';
import {
  certificationTemplates,
  type Facts,
  orderTemplates,
  savedTemplates,
  sectionTemplates,
} from './message.templates.ts';

const facts: Facts = {
  orderNumber: '20261124100000000D0123456789012',
  sectionName: '平山区测试道路改造工程（一标段）',
  insurerName: '演示财险',
  premiumFen: 12_345_600,
  deadlineAt: Date.UTC(2026, 11, 4, 1, 30),
  dueAt: Date.UTC(2026, 10, 27, 10),
  days: 15,
};

const about = '【本溪公共资源】订单20261124100000000D0123456789012：';
const saved = '【本溪公共资源】您收藏的标段“平山区测试道路改造工程（一标段）”';
const texts: Readonly<Record<string, readonly [title: string, sms: string]>> = {
  'certification.APPROVE': [
    '企业认证已通过',
    '【本溪公共资源】您提交的企业认证已通过审核，请登录平台完善企业信息后办理保函。',
  ],
  'certification.REJECT': [
    '企业认证未通过',
    '【本溪公共资源】您提交的企业认证未通过审核，请登录平台查看原因并重新提交。',
  ],
  'quote.OFFER': ['核保已通过', `${about}演示财险核保通过，保费123,456.00元，请登录平台查看并办理。`],
  'quote.DECLINE': ['核保未通过', `${about}演示财险核保未通过，请登录平台查看原因。`],
  'quote.REQUEST_MATERIAL': [
    '请补充资料',
    `${about}演示财险要求补充资料，请于2026-11-27 18:00前登录平台查看要求并提交。`,
  ],
  'quote.EXPIRE': ['报价已过期', `${about}演示财险的报价已过期，请登录平台查看其他报价或重新申请。`],
  'order.OFFER': ['订单待支付', `${about}已有机构核保通过，请登录平台确认报价并支付保费。`],
  'order.DECLINE': ['订单核保未通过', `${about}所选机构均未承保，订单已结束，可登录平台另选机构重新申请。`],
  'order.LAPSE': ['订单已失效', `${about}到期未完成，订单已自动失效，可登录平台重新申请。`],
  'payment.CONFIRM': ['保费已到账', `${about}保费已确认到账，正在等待出具保函。`],
  'payment.REJECT': ['支付凭证被退回', `${about}支付凭证被退回，请登录平台查看原因并重新提交。`],
  'payment.EXCEPT': ['付款异常', `${about}付款存在异常，正在核实，请登录平台查看说明。`],
  'payment.RETURN': [
    '款项将退回，请重新付款',
    `${about}所付款项将退回原付款账户，请登录平台查看原因并重新付款。`,
  ],
  'payment.TAKE_BACK': [
    '款项不属于该订单，请付款',
    `${about}此前登记的款项经核实属于其他订单，本订单尚未付款，请登录平台按付款信息转账。`,
  ],
  'refund.CONFIRM': ['退款已完成', `${about}款项已退回原付款账户，请注意查收。`],
  'policy.ISSUE': ['保函已出具', `${about}保函已出具，请登录平台查看并下载。`],
  'policy.ENDORSE': ['保函已批改', `${about}保函已批改，保障期已延长，请登录平台下载批单。`],
  'policy.REMIND': ['保函即将到期', `${about}保函保障期还有15天到期，需要延长的请及时联系保险机构办理批改。`],
  'invoice.ISSUE': ['发票已开具', `${about}发票已开具，请登录平台查看。`],
  'invoice.SHIP': ['发票已寄出', `${about}纸质发票已寄出，请登录平台查看快递信息。`],
  'invoice.AUTO_REQUEST': ['已自动申请发票', `${about}已按投保时的选择自动申请发票，可登录平台查看。`],
  'invoice.WISH_INCOMPLETE': [
    '请补充开票信息',
    `${about}开票信息不全，未能自动申请发票，请登录平台补充后申请。`,
  ],
  'invoice.REVERSE': ['发票已红冲', `${about}已开具的发票已红冲，不再有效，请登录平台查看。`],
  'invoice.REJECT': ['发票申请被拒绝', `${about}发票申请被拒绝，请登录平台查看原因并重新申请。`],
  'surrenderOffer.OFFER': [
    '可以退保',
    `${about}标段“平山区测试道路改造工程（一标段）”已流标或终止招标，可全额退还保费，请登录平台一键申请退保。`,
  ],
  'surrender.APPROVE': ['退保申请已通过平台审核', `${about}退保申请已通过平台审核，等待保险公司审核。`],
  'surrender.AGREE': [
    '保险公司已同意退保',
    `${about}演示财险已同意退保，保单已失效，保费将全额退回原付款账户。`,
  ],
  'surrender.REJECT': [
    '退保申请未通过',
    `${about}退保申请未通过平台审核，保单继续有效，请登录平台查看原因。`,
  ],
  'surrender.DECLINE': ['退保申请未通过', `${about}演示财险未同意退保，保单继续有效，请登录平台查看原因。`],
  'surrender.COMPLETE': ['退保成功', `${about}退保成功，保费已退回原付款账户，请登录平台查看退款凭证。`],
  'ticket.HAND_OVER': ['售后工单已转交保险公司', `${about}售后工单已转交演示财险处理。`],
  'ticket.ANSWER': ['售后工单有新答复', `${about}售后工单有新答复，请登录平台查看。`],
  'ticket.ASK': ['售后工单待您回复', `${about}售后工单需要您补充或确认，请登录平台查看并回复。`],
  'ticket.RESOLVE': [
    '售后工单已解决',
    `${about}售后工单已处理完毕，请登录平台查看结果；如未解决，可以重新打开工单。`,
  ],
  'ticket.EXPIRE': ['售后工单已关闭', `${about}售后工单到期，已自动关闭。`],
  'bidSection.POSTPONE': [
    '标段已延期',
    `${about}标段“平山区测试道路改造工程（一标段）”已延期，投标截止时间改为2026-12-04 09:30。`,
  ],
  'bidSection.SUSPEND': [
    '标段已暂停',
    `${about}标段“平山区测试道路改造工程（一标段）”已暂停，恢复后另行通知。`,
  ],
  'bidSection.RESUME': [
    '标段已恢复',
    `${about}标段“平山区测试道路改造工程（一标段）”已恢复，请登录平台继续办理。`,
  ],
  'bidSection.REANNOUNCE': [
    '标段公告有变更',
    `${about}标段“平山区测试道路改造工程（一标段）”公告有变更，请登录平台查看。`,
  ],
  'saved bidSection.POSTPONE': ['收藏的标段已延期', `${saved}已延期，投标截止时间改为2026-12-04 09:30。`],
  'saved bidSection.REANNOUNCE': ['收藏的标段有变更', `${saved}公告有变更，请登录平台查看。`],
  'saved bidSection.SUSPEND': ['收藏的标段已暂停', `${saved}已暂停，恢复后另行通知。`],
  'saved bidSection.RESUME': ['收藏的标段已恢复', `${saved}已恢复，请登录平台办理。`],
  'saved bidSection.FAIL': ['收藏的标段已流标', `${saved}已流标。`],
  'saved bidSection.REMIND': [
    '投标即将截止',
    '【本溪公共资源】标段“平山区测试道路改造工程（一标段）”将于2026-12-04 09:30投标截止，您的投标保证金尚未办妥，请及时办理。',
  ],
  'bidSection.REMIND': [
    '投标即将截止',
    `${about}标段“平山区测试道路改造工程（一标段）”将于2026-12-04 09:30投标截止，保函尚未出具，请及时办理。`,
  ],
  'bidSection.FAIL': ['标段已流标', `${about}标段“平山区测试道路改造工程（一标段）”已流标，请登录平台查看。`],
};

const templates: Readonly<Record<string, { title: string; text: (facts: Facts) => string }>> = {
  ...certificationTemplates,
  ...orderTemplates,
  ...sectionTemplates,
  ...Object.fromEntries(Object.entries(savedTemplates).map(([key, each]) => [`saved ${key}`, each])),
};
const textOf = (key: string, known: Facts) => smsText(templates[key]?.text(known) ?? '');

test('every template has its text here', () => {
  expect(Object.keys(templates).sort()).toEqual(Object.keys(texts).sort());
});

test.each(Object.entries(texts))('%s is told in these words', (key, [title, sms]) => {
  expect(templates[key]?.title).toBe(title);
  expect(textOf(key, facts)).toBe(sms);
});

test('material without a time set for it is asked for without one', () => {
  const text = textOf('quote.REQUEST_MATERIAL', { ...facts, dueAt: null });
  expect(text).toBe(`${about}演示财险要求补充资料，请登录平台查看要求并提交。`);
});

test.each(Object.keys(texts))('%s is a short message however long the names are, without a code', (key) => {
  const sms = textOf(key, {
    ...facts,
    sectionName: '很长的标段名称'.repeat(30),
    insurerName: '演示财产保险',
    premiumFen: 99_999_999_999,
  });
  expect([...sms].length).toBeLessThan(140);
  expect(sms).not.toMatch(/\b\d{6}\b/);
  expect(sms).toMatch(/。$/);
});
