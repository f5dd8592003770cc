import DataLoader from 'dataloader';
import { z } from 'zod';
import { requireAccess } from '../../graph/access.ts';
import { builder } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { perRequest } from '../../graph/context.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { mutation } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, textRule } from '../../graph/text-rules.ts';
import { lifeFields, machineEnums } from '../../graph/timeline.ts';
import { limits } from '../../limits.ts';
import { Order, orderLoader } from '../order/order.graph.ts';
import { registerFileReaders, UploadType, uploadLoader } from '../upload/upload.graph.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { paymentLife } from './payment.machine.ts';
import {
  listPayments,
  mayReadVoucher,
  type PaymentRow,
  type PaymentView,
  paymentById,
  paymentsOfOrders,
  type VoucherRow,
} from './payment.queries.ts';
import { AmountMismatch, PayerMismatch, TransactionUsed } from './payment.refusals.ts';
import { confirmPayment, rejectPayment, reportPaymentException, submitVoucher } from './payment.service.ts';

plainRefusal(PayerMismatch, '付款户名与认证企业名称不一致（PAYER_MISMATCH）。');
plainRefusal(AmountMismatch, '付款金额与应付金额不一致（AMOUNT_MISMATCH）。');
plainRefusal(TransactionUsed, '银行流水号已使用（TRANSACTION_USED）。');

const enums = machineEnums(paymentLife, 'Payment');

export const paymentOfOrderLoader = perRequest(
  (context) =>
    new DataLoader<string, PaymentView | null>((ids) => paymentsOfOrders(context.db, context.actor, ids)),
);

registerFileReaders('VOUCHER', (context, uploadId) => mayReadVoucher(context.db, context.actor, uploadId));

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
        description: '凭证图片；不可见时为空。',
        resolve: (row, _args, context) => (row.sealed ? null : uploadLoader(context).load(row.uploadId)),
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

export const Payment = builder.objectRef<PaymentView>('Payment').implement({
  description: '一笔订单的付款。开标前，运营人员和银行只看到订单号、金额、账户、附言和银行流水号。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(t, paymentLife, enums),
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
  description: '提交支付凭证。凭证审核前可再次提交，以最后一次为准。',
  who: { roles: ['BIDDER'] },
  type: Payment,
  refusals: [PayerMismatch, AmountMismatch, TransactionUsed, UploadRefused],
  input: builder.inputType('SubmitVoucherInput', {
    description: '支付凭证。',
    fields: (t) => ({
      orderId: t.id({ required: true, description: '订单编号（id）。' }),
      uploadId: t.id({ required: true, description: '凭证图片，以用途 VOUCHER 上传。' }),
      payerName: t.string({ required: true, description: '付款户名，须与认证企业名称一致。' }),
      payerAccount: t.string({ required: true, description: '付款账号，8 到 32 位数字。加密保存。' }),
      transactionNumber: t.string({ required: true, description: '银行流水号。' }),
      paidOn: t.field({ type: 'Date', required: true, description: '付款日期。' }),
      amount: t.field({ type: 'Money', description: '付款金额（元）；填写时须与应付金额一致。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({
    payerName: lineRule('付款户名', limits.nameCharactersMax),
    payerAccount: lineRule('付款账号', limits.nameCharactersMax),
    transactionNumber: lineRule('银行流水号', limits.nameCharactersMax),
  }),
  act: (command, input) => submitVoucher(command, input),
});

const desk = { roles: ['OPERATOR', 'UNDERWRITER'], scopes: ['payments:write'] } as const;
const reason = z.object({ reason: textRule('原因', limits.noteCharactersMax) });

mutation('confirmPayment', {
  description: '确认款项已到账，订单进入待出函。',
  who: desk,
  type: Payment,
  input: builder.inputType('ConfirmPaymentInput', {
    description: '指明一笔付款。',
    fields: (t) => ({
      paymentId: t.id({ required: true, description: '付款编号（id）。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
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
  description: '标记付款异常：金额不符，或付款人不是投保企业。处理后确认到账或退回。',
  who: desk,
  type: Payment,
  input: PaymentReasonInput('ReportPaymentExceptionInput', '标记付款异常。'),
  check: reason,
  act: (command, input) => reportPaymentException(command, input),
});
