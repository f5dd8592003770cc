import DataLoader from 'dataloader';
import { z } from 'zod';
import { paymentExceptionLabel, refundKindLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { perRequest } from '../../graph/context.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, optionalLineRule, textRule } from '../../graph/text-rules.ts';
import { ActorEnum, labelActs, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { limits } from '../../limits.ts';
import { Order, orderLoader } from '../order/order.graph.ts';
import { DeadlinePassed } from '../section/section.refusals.ts';
import { registerFileReaders, UploadType, uploadLoader } from '../upload/upload.graph.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { paymentLife, refundLife } from './payment.machine.ts';
import {
  listPayments,
  mayReadRefundProof,
  mayReadVoucher,
  type PaymentRow,
  type PaymentView,
  paymentById,
  paymentsOfOrders,
  type ReceiptRow,
  type RefundView,
  receiptsOfPayments,
  refundById,
  refundsOfPayments,
  type VoucherRow,
} from './payment.queries.ts';
import { AmountMismatch, PayerMismatch, TransactionUsed } from './payment.refusals.ts';
import {
  confirmPayment,
  confirmRefund,
  mayRefund,
  mayReject,
  mayTopUp,
  REVEAL_PAYEE,
  rejectPayment,
  reportPaymentException,
  revealPayeeAccount,
  startRefund,
  submitVoucher,
  withdrawVoucher,
} from './payment.service.ts';

plainRefusal(PayerMismatch, '付款户名与认证企业名称不一致（PAYER_MISMATCH）。');
plainRefusal(AmountMismatch, '付款金额与应付金额不一致（AMOUNT_MISMATCH）。');
plainRefusal(TransactionUsed, '银行流水号已使用（TRANSACTION_USED）。');

labelActs(refundLife.machine.name, { [REVEAL_PAYEE]: '查看收款账号' });

const enums = machineEnums(paymentLife, 'Payment');
const refundEnums = machineEnums(refundLife, 'Refund');
const ExceptionKind = enumOf('PaymentExceptionKind', '付款异常的种类。', paymentExceptionLabel);
const RefundKindEnum = enumOf('RefundKind', '退款的种类。', refundKindLabel);

export const paymentOfOrderLoader = perRequest(
  (context) =>
    new DataLoader<string, PaymentView | null>((ids) => paymentsOfOrders(context.db, context.actor, ids)),
);

const receiptLoader = perRequest(
  (context) => new DataLoader<string, ReceiptRow[]>((ids) => receiptsOfPayments(context.db, ids)),
);
const refundLoader = perRequest(
  (context) =>
    new DataLoader<string, RefundView[]>((ids) => refundsOfPayments(context.db, context.actor, ids)),
);

registerFileReaders('VOUCHER', (context, uploadId) => mayReadVoucher(context.db, context.actor, uploadId));
registerFileReaders('EVIDENCE', (context, uploadId) =>
  mayReadRefundProof(context.db, context.actor, uploadId),
);

const ReceivingAccount = builder.objectRef<PaymentRow>('ReceivingAccount').implement({
  description: '收款账户，以订单成立时为准。',
  fields: (t) => ({
    accountName: t.exposeString('accountName', { description: '户名。' }),
    bankName: t.exposeString('accountBank', { description: '开户银行。' }),
    accountNumber: t.exposeString('accountNumber', { description: '账号。' }),
  }),
});

const PaymentVoucher = builder
  .objectRef<VoucherRow & { readonly sealed: boolean }>('PaymentVoucher')
  .implement({
    description: '支付凭证。开标前，运营人员和银行看不到付款人。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '凭证编号。' }),
      upload: t.field({
        type: UploadType,
        nullable: true,
        description: '凭证图片（第一张）；不可见时为空。',
        resolve: (row, _args, context) => (row.sealed ? null : uploadLoader(context).load(row.uploadId)),
      }),
      uploads: t.field({
        type: [UploadType],
        description: '凭证的全部图片；不可见时为空列表。',
        resolve: async (row, _args, context) => {
          if (row.sealed) return [];
          const ids = [row.uploadId, ...row.furtherUploadIds];
          const found = await Promise.all(ids.map((id) => uploadLoader(context).load(id)));
          return found.filter((upload) => upload !== null);
        },
      }),
      payerName: t.string({
        nullable: true,
        description: '付款户名；不可见时为空。',
        resolve: (row) => (row.sealed ? null : row.payerName),
      }),
      payerAccountMasked: t.string({
        nullable: true,
        description: '付款账号末四位；不可见时为空。',
        resolve: (row) => (row.sealed ? null : row.payerAccountMasked),
      }),
      transactionNumber: t.exposeString('transactionNumber', { description: '银行流水号。' }),
      paidOn: t.expose('paidOn', { type: 'Date', description: '付款日期。' }),
      submittedAt: t.expose('submittedAt', { type: 'DateTime', description: '提交时间。' }),
    }),
  });

const PaymentReceipt = builder
  .objectRef<ReceiptRow & { readonly sealed: boolean }>('PaymentReceipt')
  .implement({
    description: '到账的一笔款项。开标前，运营人员和银行看不到付款人。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '到账编号。' }),
      amount: t.expose('amountFen', { type: 'Money', description: '到账金额（元）。' }),
      payerName: t.string({
        nullable: true,
        description: '付款户名；未知或不可见时为空。',
        resolve: (row) => (row.sealed ? null : row.payerName),
      }),
      payerAccountMasked: t.string({
        nullable: true,
        description: '付款账号末四位；未知或不可见时为空。',
        resolve: (row) => (row.sealed ? null : row.payerAccountMasked),
      }),
      transactionNumber: t.exposeString('transactionNumber', {
        nullable: true,
        description: '银行流水号；未知时为空。',
      }),
      receivedOn: t.expose('receivedOn', { type: 'Date', description: '到账日期。' }),
      onStatement: t.boolean({
        description: '是否已与银行流水核对一致。',
        resolve: (row) => row.lineId !== null,
      }),
    }),
  });

export const Refund = builder.objectRef<RefundView>('Refund').implement({
  description: '一笔退款，只退回原付款账户。开标前，运营人员看不到收款人。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, refundLife, refundEnums),
    kind: t.expose('kind', { type: RefundKindEnum, description: '种类。' }),
    kindLabel: t.string({ description: '种类名称。', resolve: (row) => refundKindLabel[row.kind] }),
    amount: t.expose('amountFen', { type: 'Money', description: '退款金额（元）。' }),
    reason: t.string({
      nullable: true,
      description: '原因；不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.reason),
    }),
    payeeName: t.string({
      nullable: true,
      description: '收款户名，即原付款人；未知或不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.payeeName),
    }),
    payeeAccountMasked: t.string({
      nullable: true,
      description: '收款账号末四位；未知或不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.payeeAccountMasked),
    }),
    transactionNumber: t.exposeString('transactionNumber', {
      nullable: true,
      description: '退款的银行流水号；尚未退款时为空。',
    }),
    paidOn: t.expose('paidOn', { type: 'Date', nullable: true, description: '退款日期。' }),
    proof: t.field({
      type: UploadType,
      nullable: true,
      description: '退款凭证；尚未退款或不可见时为空。',
      resolve: (row, _args, context) =>
        row.sealed || !row.uploadId ? null : uploadLoader(context).load(row.uploadId),
    }),
    onStatement: t.boolean({
      description: '是否已与银行流水核对一致。',
      resolve: (row) => row.lineId !== null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '发起时间。' }),
    doneAt: t.expose('doneAt', { type: 'DateTime', nullable: true, description: '退款完成时间。' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true, description: '下一步的期限。' }),
  }),
});
defineNode('rfd', 'Refund', (id, context) => refundById(context.db, context.actor, id));

/** What the state EXCEPTION leaves open: who has to act depends on what is wrong, and on what has been sent since. */
const nextOf = (row: PaymentView) => {
  if (row.state !== 'EXCEPTION') return paymentLife.machine.states[row.state].waitsFor ?? null;
  if (mayTopUp(row) && !row.voucher) return 'BIDDER';
  return row.exceptionKind === 'FOREIGN_PAYER' ? 'UNDERWRITER' : 'OPERATOR';
};

/** Whether an event that the machine accepts may be fired as the money stands. */
function mayFire(row: PaymentView, event: keyof typeof paymentLife.machine.events): boolean {
  switch (event) {
    case 'REJECT':
      return mayReject(row);
    case 'TOP_UP':
      return mayTopUp(row);
    case 'REFUND':
      return mayRefund(row);
    // Both follow from others: a refund that may be paid for again, and the refusal of a top-up.
    case 'RETURN':
    case 'REJECT_TOP_UP':
    case 'CONFIRM_REFUND':
      return false;
    default:
      return true;
  }
}

export const Payment = builder.objectRef<PaymentView>('Payment').implement({
  description: '一笔订单的付款。开标前，运营人员和银行只看到订单号、金额、账户、附言和银行流水号。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, paymentLife, enums, mayFire),
    nextActor: t.field({
      type: ActorEnum,
      nullable: true,
      description: '下一步由谁处理；无人等待时为空。异常付款按种类而定。',
      resolve: nextOf,
    }),
    orderNumber: t.exposeString('orderNumber', { description: '订单号。' }),
    order: t.field({
      type: Order,
      nullable: true,
      description: '订单；不可见时为空。',
      resolve: (row, _args, context) => (row.sealed ? null : orderLoader(context).load(row.orderId)),
    }),
    amount: t.expose('amountFen', { type: 'Money', description: '应付金额（元）。' }),
    remarkCode: t.exposeString('remarkCode', { description: '转账附言，凭此匹配到账款项。' }),
    account: t.field({ type: ReceivingAccount, description: '收款账户。', resolve: (row) => row }),
    voucher: t.field({
      type: PaymentVoucher,
      nullable: true,
      description: '有效的支付凭证；尚未提交或已退回时为空。',
      resolve: (row) => row.voucher && { ...row.voucher, sealed: row.sealed },
    }),
    receivedAmount: t.field({
      type: 'Money',
      description: '已到账且不退回的金额（元）。',
      resolve: (row) => row.heldFen,
    }),
    outstandingAmount: t.field({
      type: 'Money',
      description: '尚待支付的金额（元）。',
      resolve: (row) =>
        row.state === 'CONFIRMED' || row.state.startsWith('REFUND')
          ? 0
          : Math.max(row.amountFen - row.heldFen, 0),
    }),
    exceptionKind: t.expose('exceptionKind', {
      type: ExceptionKind,
      nullable: true,
      description: '异常的种类；没有异常时为空。',
    }),
    exceptionLabel: t.string({
      nullable: true,
      description: '异常的名称；没有异常时为空。',
      resolve: (row) => row.exceptionKind && paymentExceptionLabel[row.exceptionKind],
    }),
    exceptionReason: t.string({
      nullable: true,
      description: '异常的说明；没有异常或不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.exceptionReason),
    }),
    receipts: t.field({
      type: [PaymentReceipt],
      description: '已到账的款项，由早到晚。',
      resolve: async (row, _args, context) =>
        (await receiptLoader(context).load(row.id)).map((receipt) => ({ ...receipt, sealed: row.sealed })),
    }),
    refunds: t.field({
      type: [Refund],
      description: '退款，由早到晚。',
      resolve: (row, _args, context) => refundLoader(context).load(row.id),
    }),
    rejectReason: t.string({
      nullable: true,
      description: '最近一次退回的原因。',
      // Written by the insurer, who knows the payer and may name him.
      resolve: (row) => (row.sealed ? null : row.rejectReason),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '生成时间。' }),
    confirmedAt: t.expose('confirmedAt', { type: 'DateTime', nullable: true, description: '确认到账时间。' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true, description: '下一步的期限。' }),
  }),
});
defineNode('pay', 'Payment', (id, context) => paymentById(context.db, context.actor, id));

builder.objectFields(Order, (t) => ({
  payment: t.field({
    type: Payment,
    nullable: true,
    description: '付款；接受报价后生成。',
    resolve: (order, _args, context) => paymentOfOrderLoader(context).load(order.id),
  }),
}));

const PaymentConnection = connectionOf('Payment', '付款', Payment);
const PaymentFilter = builder.inputType('PaymentFilter', {
  description: '付款筛选条件，同时满足。',
  fields: (t) => ({
    states: t.field({ type: [enums.state], description: '状态，任一。' }),
    search: t.string({ description: '订单号、附言或银行流水号中的文字。' }),
    amount: t.field({ type: 'Money', description: '应付金额（元），精确到分。' }),
    refunding: t.boolean({ description: '为 true 时只列出有款项正在退回的。' }),
  }),
});

builder.queryField('payments', (t) =>
  t.field({
    type: PaymentConnection,
    description:
      '付款列表，最新的在前。企业看本企业的，保险公司看付给本公司的，运营人员和银行看全部（开标前为遮蔽视图）。',
    args: { filter: t.arg({ type: PaymentFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, {
        roles: ['BIDDER', 'OPERATOR', 'UNDERWRITER'],
        scopes: ['payments:write'],
      });
      const page = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax)
        throw badArgument('filter.search', '搜索文字过长。');
      return listPayments(context.db, context.actor, args.filter ?? {}, page);
    },
  }),
);

const expectedStateText = '调用方所见的状态；不符时返回 STALE_STATE。';

mutation('submitVoucher', {
  description: '提交支付凭证。凭证审核前可再次提交，以最后一次为准。到账金额不足时，用于提交补款的凭证。',
  who: { roles: ['BIDDER'] },
  type: Payment,
  refusals: [DeadlinePassed, PayerMismatch, AmountMismatch, TransactionUsed, UploadRefused],
  input: builder.inputType('SubmitVoucherInput', {
    description: '支付凭证。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      uploadId: t.id({ required: true, description: '凭证图片，以用途 VOUCHER 上传。' }),
      furtherUploadIds: t.idList({
        description: `同一笔转账的其他图片，连同前一张最多 ${limits.voucherPicturesMax} 张。替换未审核的凭证时，可再次列出原有图片以保留。`,
      }),
      payerName: t.string({ required: true, description: '付款户名，须与认证企业名称一致。' }),
      payerAccount: t.string({ required: true, description: '付款账号，8 到 32 位数字。加密保存。' }),
      transactionNumber: t.string({ required: true, description: '银行流水号。' }),
      paidOn: t.field({ type: 'Date', required: true, description: '付款日期。' }),
      amount: t.field({ type: 'Money', description: '付款金额（元）；填写时须与尚待支付的金额一致。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    payerName: lineRule('付款户名', limits.nameCharactersMax),
    payerAccount: lineRule('付款账号', limits.nameCharactersMax),
    transactionNumber: lineRule('银行流水号', limits.nameCharactersMax),
    furtherUploadIds: z
      .array(z.string())
      .max(limits.voucherPicturesMax - 1, `凭证图片最多 ${limits.voucherPicturesMax} 张`)
      .nullish(),
  }),
  act: (command, input) => submitVoucher(command, input),
});

mutation('withdrawVoucher', {
  description: '撤回尚未审核的支付凭证，订单回到待支付。',
  who: { roles: ['BIDDER'] },
  type: Payment,
  input: builder.inputType('WithdrawVoucherInput', {
    description: '指明一笔订单。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  act: (command, input) => withdrawVoucher(command, input),
});

const desk = { roles: ['OPERATOR', 'UNDERWRITER'], scopes: ['payments:write'] } as const;
const reason = z.object({ reason: textRule('原因', limits.noteCharactersMax) });

mutation('confirmPayment', {
  description:
    '确认款项已到账，订单进入待出函。异常付款：多付的部分随即退回；逾期的在截止时间前可以接受；付款人不符的仅保险公司可以确认并须说明；不足的须先有补款凭证。',
  who: desk,
  type: Payment,
  refusals: [PayerMismatch, AmountMismatch, TransactionUsed],
  input: builder.inputType('ConfirmPaymentInput', {
    description: '指明一笔付款。',
    fields: (t) => ({
      paymentId: t.id({ required: true, description: '付款编号（id）。' }),
      note: t.string({ description: '说明；确认付款人不符的款项时必填。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    note: z.string().max(limits.noteCharactersMax, `说明最多 ${limits.noteCharactersMax} 个字符`).nullish(),
  }),
  act: (command, input) => confirmPayment(command, input),
});

const PaymentReasonInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      paymentId: t.id({ required: true, description: '付款编号（id）。' }),
      reason: t.string({ required: true, description: '原因，企业可见。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  });

mutation('rejectPayment', {
  description: '退回支付凭证，企业重新付款或提交凭证。',
  who: desk,
  type: Payment,
  input: PaymentReasonInput('RejectPaymentInput', '退回支付凭证。'),
  check: reason,
  act: (command, input) => rejectPayment(command, input),
});
mutation('reportPaymentException', {
  description:
    '标记付款异常：金额不符、付款人不是投保企业，或逾期到账。填写实际到账金额后，可由企业补足或发起退款。',
  who: desk,
  type: Payment,
  refusals: [TransactionUsed],
  input: builder.inputType('ReportPaymentExceptionInput', {
    description: '标记付款异常。',
    fields: (t) => ({
      paymentId: t.id({ required: true, description: '付款编号（id）。' }),
      reason: t.string({ required: true, description: '原因，企业可见。' }),
      kind: t.field({ type: ExceptionKind, description: '种类，默认为 OTHER。' }),
      receivedAmount: t.field({ type: 'Money', description: '实际到账金额（元）；尚不清楚时不填。' }),
      receivedOn: t.field({ type: 'Date', description: '到账日期，默认为凭证上的付款日期。' }),
      transactionNumber: t.string({ description: '银行流水号，默认为凭证上的流水号。' }),
      payerName: t.string({ description: '实际付款户名。' }),
      payerAccount: t.string({ description: '实际付款账号，8 到 32 位数字；退款只退回该账户。加密保存。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: reason.extend({
    payerName: optionalLineRule('付款户名', limits.nameCharactersMax),
    payerAccount: optionalLineRule('付款账号', limits.nameCharactersMax),
    transactionNumber: optionalLineRule('银行流水号', limits.nameCharactersMax),
  }),
  act: (command, input) => reportPaymentException(command, input),
});

mutation('startRefund', {
  description:
    '退回异常付款的全部款项，只退回原付款账户。订单仍可支付的，企业随即可以重新付款；否则订单结束，付款进入退款中。',
  who: desk,
  type: Payment,
  input: PaymentReasonInput('StartRefundInput', '退回异常付款。'),
  check: reason,
  act: (command, input) => startRefund(command, input),
});

mutation('confirmRefund', {
  description: '确认款项已退回原付款账户，附银行凭证。',
  who: { roles: ['OPERATOR', 'UNDERWRITER'], scopes: ['payments:write', 'underwriting:write'] },
  type: Refund,
  refusals: [PayerMismatch, TransactionUsed, UploadRefused],
  input: builder.inputType('ConfirmRefundInput', {
    description: '退款的凭据。',
    fields: (t) => ({
      refundId: t.id({ required: true, description: '退款编号（id）。' }),
      transactionNumber: t.string({ required: true, description: '退款的银行流水号，只能使用一次。' }),
      paidOn: t.field({ type: 'Date', required: true, description: '退款日期。' }),
      payeeAccount: t.string({ required: true, description: '收款账号，须为原付款账号。' }),
      uploadId: t.id({ required: true, description: '退款凭证，以用途 EVIDENCE 上传。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    transactionNumber: lineRule('银行流水号', limits.nameCharactersMax),
    payeeAccount: lineRule('收款账号', limits.nameCharactersMax),
  }),
  act: (command, input) => confirmRefund(command, input),
});

const RevealedPayeeAccount = builder.objectRef<{ payeeAccount: string }>('RevealedPayeeAccount').implement({
  description: '退款的完整收款账号。',
  fields: (t) => ({
    payeeAccount: t.exposeString('payeeAccount', { description: '收款账号，即原付款账号。' }),
  }),
});
mutation('revealPayeeAccount', {
  description: `退款时查看完整的收款账号，即原付款账号。须说明原因，记入企业可见的经过；每笔退款 24 小时内最多 ${limits.reveals.max} 次。没有记录付款账号的，答复 NOT_FOUND。`,
  who: { roles: ['UNDERWRITER'], scopes: ['payments:write', 'underwriting:write'] },
  type: RevealedPayeeAccount,
  secret: true,
  input: builder.inputType('RevealPayeeAccountInput', {
    description: '查看退款的收款账号。',
    fields: (t) => ({
      refundId: t.id({ required: true, description: '退款编号（id）。' }),
      reason: t.string({ required: true, description: '原因，企业可见。' }),
    }),
  }),
  check: reason,
  act: (command, input) => revealPayeeAccount(command, input),
});
