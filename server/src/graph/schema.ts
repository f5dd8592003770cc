import '../modules/account/account.graph.ts';
import '../modules/account/account-security.graph.ts';
import '../modules/account/second-factor.graph.ts';
import '../modules/enterprise/enterprise.graph.ts';
import '../modules/enterprise/member.graph.ts';
import '../modules/section/section.graph.ts';
import '../modules/insurer/insurer.graph.ts';
import '../modules/insurer/insurer-admin.graph.ts';
import '../modules/platform/platform.graph.ts';
import '../modules/upload/upload.graph.ts';
import '../modules/order/order.graph.ts';
import '../modules/project/project.graph.ts';
import '../modules/order/batch.graph.ts';
import '../modules/quote/quote.graph.ts';
import '../modules/payment/payment.graph.ts';
import '../modules/bank/bank.graph.ts';
import '../modules/policy/policy.graph.ts';
import '../modules/policy/endorsement.graph.ts';
import '../modules/policy/cover.graph.ts';
import '../modules/invoice/invoice.graph.ts';
import '../modules/surrender/surrender.graph.ts';
import '../modules/ticket/ticket.graph.ts';
import '../modules/message/message.graph.ts';
import '../modules/export/export.graph.ts';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';

export const schema = builder.toSchema();

/** The contract as text: what is committed as schema.graphql. */
export const printedSchema = (): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
