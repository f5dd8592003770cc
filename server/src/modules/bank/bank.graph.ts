import { z } from 'zod';
import type { RejectedLine } from '../../db/tables/bank.ts';
import { bankLineDirectionLabel, bankLineReasonLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { badArgument, connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { mutation, runOnce } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule, textRule } from '../../graph/text-rules.ts';
import { labelActs, lifeFields, machineEnums } from '../../graph/timeline.ts';
import { normaliseBankAccount } from '../../kernel/bank-account.ts';
import { startOfDay } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import { Payment, Refund } from '../payment/payment.graph.ts';
import { paymentById, refundById } from '../payment/payment.queries.ts';
import { TransactionUsed } from '../payment/payment.refusals.ts';
import { normaliseTransactionNumber } from '../payment/payment.service.ts';
import { UploadRefused } from '../upload/upload.refusals.ts';
import { bankLineLife } from './bank.machine.ts';
import {
  type BankLineView,
  type BankStatementRow,
  bankLineById,
  listBankLines,
  statementById,
} from './bank.queries.ts';
import { assignBankLine, beginImport, readImport, setAsideBankLine, workThrough } from './bank.service.ts';

labelActs('bankStatement', { IMPORT: '导入银行对账单' });
const enums = machineEnums(bankLineLife, 'BankLine');
const Reason = enumOf('BankLineReason', '流水未能按原样入账的原因。', bankLineReasonLabel);
const Direction = enumOf('BankLineDirection', '流水的方向。', bankLineDirectionLabel);
const who = { roles: ['OPERATOR', 'UNDERWRITER'], scopes: ['payments:write'] } as const;
const mayWork = (context: Context): boolean =>
  (context.actor.kind === 'USER' &&
    (context.actor.role === 'OPERATOR' || context.actor.role === 'UNDERWRITER')) ||
  (context.actor.kind === 'API_CLIENT' && context.actor.scopes.includes('payments:write'));

const BankLine = builder.objectRef<BankLineView>('BankLine').implement({
  description: '银行对账单中的一笔到账或付款。开标前，已对应到订单的流水不显示对方和附言。',
  interfaces: [Node],
  fields: (t) => ({
    ...lifeFields(
      t,
      bankLineLife,
      enums,
      (row, event) => row.state !== 'MATCHED' || event !== 'ASSIGN' || row.movable,
    ),
    direction: t.expose('direction', { type: Direction, description: '方向：到账或付款。' }),
    reason: t.expose('reason', { type: Reason, nullable: true, description: '原因；已按原样入账时为空。' }),
    reasonLabel: t.string({
      nullable: true,
      description: '原因名称。',
      resolve: (row) => row.reason && bankLineReasonLabel[row.reason],
    }),
    accountNumber: t.exposeString('accountNumber', { description: '收款账号。' }),
    transactionNumber: t.exposeString('transactionNumber', { nullable: true, description: '银行流水号。' }),
    bookedOn: t.expose('bookedOn', { type: 'Date', description: '入账日期。' }),
    amount: t.expose('amountFen', { type: 'Money', description: '金额（元）。' }),
    payerName: t.string({
      nullable: true,
      description: '对方户名：到账的付款人，付款的收款人；不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.payerName),
    }),
    payerAccountMasked: t.string({
      nullable: true,
      description: '对方账号末四位；未知或不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.payerAccountMasked),
    }),
    remark: t.string({
      nullable: true,
      description: '附言、摘要和用途；不可见时为空。',
      resolve: (row) => (row.sealed ? null : row.remark),
    }),
    payment: t.field({
      type: Payment,
      nullable: true,
      description: '对应的付款；没有时为空。',
      resolve: (row, _args, context) =>
        row.paymentId ? paymentById(context.db, context.actor, row.paymentId) : null,
    }),
    refund: t.field({
      type: Refund,
      nullable: true,
      description: '付款流水所支付的退款；没有时为空。',
      resolve: (row, _args, context) =>
        row.refundId ? refundById(context.db, context.actor, row.refundId) : null,
    }),
    setAsideReason: t.exposeString('setAsideReason', { nullable: true, description: '搁置的原因。' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '导入时间。' }),
  }),
});
defineNode('bnl', 'BankLine', async (id, context) =>
  mayWork(context) ? bankLineById(context.db, context.actor, id) : null,
);

const Rejected = builder.objectRef<RejectedLine>('RejectedBankLine').implement({
  description: '对账单中无法读取的一行。',
  fields: (t) => ({
    row: t.exposeInt('row', { description: '行号，从 1 起。' }),
    column: t.exposeString('column', { description: '有误的列。' }),
    message: t.exposeString('message', { description: '说明。' }),
  }),
});
const BankStatement = builder.objectRef<BankStatementRow>('BankStatement').implement({
  description: '已导入的一份银行对账单。',
  interfaces: [Node],
  fields: (t) => ({
    accountNumber: t.exposeString('accountNumber', { description: '收款账号。' }),
    confirmed: t.exposeInt('confirmed', { description: '已自动确认到账或退款的笔数。' }),
    queued: t.exposeInt('queued', { description: '须人工处理的笔数。' }),
    repeated: t.exposeInt('repeated', { description: '此前已导入、未改变任何内容的笔数。' }),
    outgoing: t.exposeInt('outgoing', { description: '冲正、尚未记账等未处理的笔数。' }),
    rejected: t.field({ type: [Rejected], description: '无法读取的行。', resolve: (row) => row.rejected }),
    importedAt: t.expose('createdAt', { type: 'DateTime', description: '导入时间。' }),
    doneAt: t.expose('doneAt', { type: 'DateTime', nullable: true, description: '处理完毕的时间。' }),
  }),
});
defineNode('bst', 'BankStatement', async (id, context) =>
  mayWork(context) ? statementById(context.db, context.actor, id) : null,
);

const BankLineConnection = connectionOf('BankLine', '银行流水', BankLine);
const BankLineFilter = builder.inputType('BankLineFilter', {
  description: '银行流水筛选条件，同时满足。',
  fields: (t) => ({
    states: t.field({ type: [enums.state], description: '状态，任一。' }),
    reasons: t.field({ type: [Reason], description: '原因，任一。' }),
    search: t.string({ description: '流水号、付款户名或附言中的文字。' }),
  }),
});
builder.queryField('bankLines', (t) =>
  t.field({
    type: BankLineConnection,
    description: '银行流水，最新的在前。运营人员和银行看全部，保险公司看本公司账户的。',
    args: { filter: t.arg({ type: BankLineFilter, description: '筛选条件。' }), ...pageArguments(t.arg) },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, who);
      const page = pageRequest(args);
      if ((args.filter?.search?.length ?? 0) > limits.nameCharactersMax)
        throw badArgument('filter.search', '搜索文字过长。');
      return listBankLines(context.db, context.actor, args.filter ?? {}, page);
    },
  }),
);

const LineInput = builder.inputType('BankLineInput', {
  description: '一笔到账或付款。',
  fields: (t) => ({
    direction: t.field({ type: Direction, description: '方向，默认到账。' }),
    transactionNumber: t.string({ description: '银行流水号。' }),
    bookedOn: t.field({ type: 'Date', required: true, description: '入账日期。' }),
    bookedAt: t.field({ type: 'DateTime', description: '入账时间。' }),
    amount: t.field({ type: 'Money', required: true, description: '金额（元）。' }),
    payerName: t.string({ required: true, description: '对方户名。' }),
    payerAccount: t.string({ description: '对方账号。' }),
    remark: t.string({ description: '附言、摘要和用途。' }),
  }),
});

mutation('importBankStatement', {
  description:
    '导入银行对账单：常见银行的 CSV（UTF-8 或 GBK）、camt.053 XML，或直接给出流水。附言、付款户名、金额都相符的自动确认到账；付款流水与待付的退款金额、收款账号、附言都相符的自动确认退款；其余进入待处理。同一份对账单再次导入不改变任何内容。',
  who,
  type: BankStatement,
  refusals: [UploadRefused],
  input: builder.inputType('ImportBankStatementInput', {
    description: '对账单。',
    fields: (t) => ({
      uploadId: t.id({ description: '对账单文件，以用途 STATEMENT 上传。' }),
      lines: t.field({ type: [LineInput], description: '流水；不上传文件时给出。' }),
      accountNumber: t.string({ description: '本方（收款）账号；文件中没有时必填。' }),
    }),
  }),
  check: z.object({
    lines: z
      .array(
        z.object({
          amount: z.number().positive('金额应大于 0'),
          payerName: lineRule('付款户名', limits.nameCharactersMax),
        }),
      )
      .max(limits.importRowsMax, `一次最多 ${limits.importRowsMax} 笔流水`)
      .nullish(),
  }),
  slow: async (context, input) => {
    const { core, actor, facts } = context;
    const lines = input.lines?.map((line) => ({
      direction: line.direction ?? ('IN' as const),
      transactionNumber: line.transactionNumber ? normaliseTransactionNumber(line.transactionNumber) : null,
      bookedOn: line.bookedOn,
      bookedAt: line.bookedAt ?? startOfDay(line.bookedOn),
      amountFen: line.amount,
      payerName: line.payerName.trim(),
      payerAccount: line.payerAccount ? normaliseBankAccount(line.payerAccount) : null,
      remark: line.remark?.trim() ?? '',
    }));
    const read = await readImport(core, actor, { ...input, lines });
    const begun = await runOnce(context, (command) => beginImport(command, read));
    return workThrough(core, actor, facts, begun, read.statement.lines);
  },
});

const expectedStateText = '调用方所见的状态；不符时返回 STALE_STATE。';
mutation('assignBankLine', {
  description:
    '指定流水对应的付款。金额和付款人相符的确认到账，否则成为付款异常；重复支付的款项随即退回。付款流水则确认该付款的退款。已匹配的到账在款项仍为异常、尚未退款时可改归其他付款。',
  who,
  type: BankLine,
  refusals: [TransactionUsed],
  input: builder.inputType('AssignBankLineInput', {
    description: '流水及其对应的付款。',
    fields: (t) => ({
      lineId: t.id({ required: true, description: '流水编号（id）。' }),
      paymentId: t.id({ required: true, description: '付款编号（id）。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  act: (command, input) => assignBankLine(command, input),
});
mutation('setAsideBankLine', {
  description: '搁置与平台订单无关的流水。',
  who,
  type: BankLine,
  input: builder.inputType('SetAsideBankLineInput', {
    description: '搁置一笔流水。',
    fields: (t) => ({
      lineId: t.id({ required: true, description: '流水编号（id）。' }),
      reason: t.string({ required: true, description: '原因。' }),
      expectedState: t.string({ description: expectedStateText }),
    }),
  }),
  check: z.object({ reason: textRule('原因', limits.noteCharactersMax) }),
  act: (command, input) => setAsideBankLine(command, input),
});
