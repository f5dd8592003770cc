import type { z } from 'zod';
import type { Actor } from '../../access/actor.ts';
import { insurerView, seesPersons } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import {
  DEPOSIT_KINDS,
  depositKindLabel,
  GUARANTEE_FORMS,
  guaranteeFormLabel,
  INVOICE_STATES,
  invoiceTypeLabel,
  ORDER_STATES,
  POLICY_STATES,
} from '../../db/vocabulary.ts';
import type { Who } from '../../graph/access.ts';
import type { Page, PageRequest } from '../../kernel/page.ts';
import type { SheetKind, SheetValue } from '../../paper/sheet.ts';
import { invoiceReaders } from '../invoice/invoice.graph.ts';
import { invoiceMachine } from '../invoice/invoice.machine.ts';
import { listInvoices } from '../invoice/invoice.queries.ts';
import { orderReaders } from '../order/order.graph.ts';
import { deadlineOf } from '../order/order.guards.ts';
import { orderMachine } from '../order/order.machine.ts';
import { listOrders, type OrderView, ordersByIds } from '../order/order.queries.ts';
import { policyMachine } from '../policy/policy.machine.ts';
import { listPolicies, policiesOfOrders } from '../policy/policy.queries.ts';
import { type QuoteView, quotesOfOrders } from '../quote/quote.queries.ts';
import { depositsOfSections } from '../section/section.queries.ts';
import { day, oneOf, search, severalOf } from './export.filter.ts';

/** One column: what stands above it, what it holds, how it is read from a row, and whether it names persons. */
type Column<R> = readonly [
  header: string,
  kind: SheetKind,
  of: (row: R) => SheetValue | undefined,
  personal?: 'PERSONAL',
];

/** A list that can be taken along: the same query as the list on the page, and what of its rows is written down. */
export interface ExportedList {
  readonly label: string;
  readonly who: Who;
  readonly filter: z.ZodRawShape;
  readonly columns: (actor: Actor) => readonly { readonly header: string; readonly kind: SheetKind }[];
  /** A page of rows in the order of `columns`. */
  readonly page: (
    db: Db,
    actor: Actor,
    filter: Record<string, unknown>,
    request: PageRequest,
  ) => Promise<{ readonly page: Page<unknown>; readonly rows: readonly (readonly SheetValue[])[] }>;
}

interface ListParts<F extends z.ZodRawShape, T, R> {
  readonly label: string;
  readonly who: Who;
  readonly filter: F;
  readonly list: (
    db: Db,
    actor: Actor,
    filter: z.infer<z.ZodObject<F>>,
    request: PageRequest,
  ) => Promise<Page<T>>;
  /** What is written beside each row, read for all of a page together. */
  readonly beside: (db: Db, actor: Actor, nodes: readonly T[]) => Promise<readonly R[]>;
  readonly columns: readonly Column<R>[];
}

function exportOf<F extends z.ZodRawShape, T, R>(parts: ListParts<F, T, R>): ExportedList {
  const columnsFor = (actor: Actor) =>
    parts.columns.filter(([, , , personal]) => !personal || seesPersons(actor));
  return {
    label: parts.label,
    who: parts.who,
    filter: parts.filter,
    columns: (actor) => columnsFor(actor).map(([header, kind]) => ({ header, kind })),
    page: async (db, actor, filter, request) => {
      // The filter was read by this list's own shape.
      const page = await parts.list(db, actor, filter as z.infer<z.ZodObject<F>>, request);
      const nodes = page.edges.map(({ node }) => node);
      const rows = await parts.beside(db, actor, nodes);
      const columns = columnsFor(actor);
      return { page, rows: rows.map((row) => columns.map(([, , of]) => of(row) ?? null)) };
    },
  };
}

interface OrderFacts extends OrderView {
  readonly deadlineAt: number | null;
  /** The quote that was accepted, as far as the caller may know of it. */
  readonly quote: QuoteView | null;
  /** Not for an insurer that was not chosen. */
  readonly amountFen: number | null;
}

/** What is known of orders wherever they are listed. An order that the caller may not know of has no row. */
async function factsOf(db: Db, actor: Actor, orderIds: readonly string[]): Promise<(OrderFacts | null)[]> {
  const views = await ordersByIds(db, actor, orderIds);
  const quotes = await quotesOfOrders(db, actor, orderIds);
  const sectionIds = [...new Set(views.flatMap((view) => view?.section.id ?? []))];
  const deposits = new Map(
    (await depositsOfSections(db, sectionIds)).map((rows, i) => [sectionIds[i], rows]),
  );
  return views.map((view, i) => {
    if (!view) return null;
    const deposit = deposits.get(view.section.id)?.find(({ kind }) => kind === view.order.depositKind);
    const accepted = ({ quote }: QuoteView) => quote.state === 'ACCEPTED' || quote.state === 'ISSUED';
    const quote = quotes[i]?.find(accepted) ?? null;
    return {
      ...view,
      deadlineAt: deposit ? deadlineOf(view.section, deposit) : null,
      quote,
      amountFen: insurerView(actor) === null || quote ? view.order.orderAmountFen : null,
    };
  });
}

const sectionColumns: readonly Column<{ readonly facts: OrderFacts | null }>[] = [
  ['投标企业', 'TEXT', ({ facts }) => facts?.enterprise.name],
  ['统一社会信用代码', 'TEXT', ({ facts }) => facts?.enterprise.creditCode],
  ['标段编号', 'TEXT', ({ facts }) => facts?.section.code],
  ['标段名称', 'TEXT', ({ facts }) => facts?.section.name],
  ['产品类型', 'TEXT', ({ facts }) => facts && depositKindLabel[facts.order.depositKind]],
  ['缴纳方式', 'TEXT', ({ facts }) => facts && `电子保函（${guaranteeFormLabel[facts.order.form]}）`],
];

const orders = exportOf({
  label: '保证金订单',
  who: orderReaders,
  filter: {
    states: severalOf('订单状态', ORDER_STATES),
    depositKind: oneOf('产品类型', DEPOSIT_KINDS),
    form: oneOf('缴纳方式', GUARANTEE_FORMS),
    createdFrom: day('创建日期的起始日'),
    createdTo: day('创建日期的截止日'),
    search,
  },
  list: listOrders,
  beside: async (db, actor, views) => {
    const ids = views.map(({ order }) => order.id);
    const facts = await factsOf(db, actor, ids);
    const policies = await policiesOfOrders(db, actor, ids);
    return views.map((view, i) => ({ ...view, facts: facts[i] ?? null, policy: policies[i] ?? null }));
  },
  columns: [
    ['订单号', 'TEXT', ({ order }) => order.number],
    ['订单状态', 'TEXT', ({ order }) => orderMachine.states[order.state].label],
    ...sectionColumns,
    ['保证金金额（元）', 'MONEY', ({ order }) => order.depositAmountFen],
    ['订单金额（元）', 'MONEY', ({ facts }) => facts?.amountFen],
    ['保险公司', 'TEXT', ({ facts }) => facts?.quote?.insurer.name],
    ['保单号', 'TEXT', ({ policy }) => policy?.policyNumber],
    ['被保险人', 'TEXT', ({ order }) => order.application?.insured.name],
    ['经办人', 'TEXT', ({ order }) => order.application?.handler.name, 'PERSONAL'],
    ['保证金缴纳截止时间', 'INSTANT', ({ facts }) => facts?.deadlineAt],
    ['创建时间', 'INSTANT', ({ order }) => order.createdAt],
    ['提交时间', 'INSTANT', ({ order }) => order.submittedAt],
    ['完成时间', 'INSTANT', ({ order }) => order.completedAt],
  ],
});

const deposits = exportOf({
  label: '保证金',
  who: orderReaders,
  filter: {
    states: severalOf('保函状态', POLICY_STATES),
    depositKind: oneOf('产品类型', DEPOSIT_KINDS),
    form: oneOf('缴纳方式', GUARANTEE_FORMS),
    endsFrom: day('保障末日的起始日'),
    endsTo: day('保障末日的截止日'),
    search,
  },
  list: listPolicies,
  beside: async (db, actor, views) => {
    const facts = await factsOf(
      db,
      actor,
      views.map(({ orderId }) => orderId),
    );
    return views.map((policy, i) => ({ policy, facts: facts[i] ?? null }));
  },
  columns: [
    ['保单号', 'TEXT', ({ policy }) => policy.policyNumber],
    ['保函状态', 'TEXT', ({ policy }) => policyMachine.states[policy.state].label],
    ...sectionColumns,
    ['保险金额（元）', 'MONEY', ({ policy }) => policy.sumInsuredFen],
    ['保费（元）', 'MONEY', ({ policy }) => policy.premiumFen],
    ['保险公司', 'TEXT', ({ facts }) => facts?.quote?.insurer.name],
    ['被保险人', 'TEXT', ({ facts }) => facts?.order.application?.insured.name],
    ['保障首日', 'DAY', ({ policy }) => policy.startOn],
    ['保障末日', 'DAY', ({ policy }) => policy.endOn],
    ['出具时间', 'INSTANT', ({ policy }) => policy.issuedAt],
    ['订单号', 'TEXT', ({ facts }) => facts?.order.number],
  ],
});

const invoices = exportOf({
  label: '发票',
  who: invoiceReaders,
  filter: {
    states: severalOf('发票状态', INVOICE_STATES),
    depositKind: oneOf('产品类型', DEPOSIT_KINDS),
    search,
  },
  list: listInvoices,
  beside: async (db, actor, views) => {
    const facts = await factsOf(
      db,
      actor,
      views.map(({ orderId }) => orderId),
    );
    return views.map((invoice, i) => ({ invoice, facts: facts[i] ?? null }));
  },
  columns: [
    ['订单号', 'TEXT', ({ facts }) => facts?.order.number],
    ['发票状态', 'TEXT', ({ invoice }) => invoiceMachine.states[invoice.state].label],
    ...sectionColumns,
    ['金融机构', 'TEXT', ({ facts }) => facts?.quote?.insurer.name],
    ['保单号', 'TEXT', ({ invoice }) => invoice.policyNumber],
    ['发票类型', 'TEXT', ({ invoice }) => invoice.type && invoiceTypeLabel[invoice.type]],
    ['发票代码', 'TEXT', ({ invoice }) => invoice.code],
    ['发票号码', 'TEXT', ({ invoice }) => invoice.number],
    ['发票金额（元）', 'MONEY', ({ invoice }) => invoice.amountFen],
    ['不含税金额（元）', 'MONEY', ({ invoice }) => invoice.netFen],
    ['税额（元，6%）', 'MONEY', ({ invoice }) => invoice.vatFen],
    ['发票抬头', 'TEXT', ({ invoice }) => invoice.title?.name],
    ['纳税人识别号', 'TEXT', ({ invoice }) => invoice.title?.taxNumber],
    ['生成时间', 'INSTANT', ({ invoice }) => invoice.createdAt],
    ['申请时间', 'INSTANT', ({ invoice }) => invoice.requestedAt],
    ['开具日期', 'DAY', ({ invoice }) => invoice.issuedOn],
    ['红字发票代码', 'TEXT', ({ invoice }) => invoice.redCode],
    ['红字发票号码', 'TEXT', ({ invoice }) => invoice.redNumber],
  ],
});

export const exportedLists: ReadonlyMap<string, ExportedList> = new Map([
  ['orders', orders],
  ['deposits', deposits],
  ['invoices', invoices],
]);
