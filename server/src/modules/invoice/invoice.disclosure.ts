import { and, desc, eq } from 'drizzle-orm';
import { system } from '../../access/actor.ts';
import type { Config } from '../../config.ts';
import type { Db } from '../../db/open.ts';
import { events } from '../../db/tables/ledger.ts';
import { documentHash } from '../../evidence/seals.ts';
import { type DocumentRow, documentsInForce } from '../insurer/insurer.queries.ts';
import { requirementsOf } from '../order/order.documents.ts';
import { consentsOfOrders } from '../order/order.queries.ts';
import type { InvoiceView } from './invoice.queries.ts';

/** What is shown in front of an invoice's application: who serves, which papers hold, to whom what is passed on. */
export interface InvoiceDisclosure {
  /** SHA-256 of title, paragraphs and the hashes of the documents: what an acceptance names. */
  readonly version: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly documents: readonly DocumentRow[];
}

const TITLE = '特别提示';
const paragraphsOf = ({ broker }: Config): string[] => [
  `您即将进入发票申请流程。本业务由${broker.name}（许可证编号：${broker.licenseNumber}）提供销售和协助理赔等保险服务，发票由出具保单的保险公司开具。`,
  '为开具和寄送发票，您填写的发票抬头、邮箱和收件信息将提供给该保险公司，纸质发票的收件信息还将提供给快递企业。',
  '为保护您的合法权益，您提交的申请及其处理经过会被记录并保存。',
];

/** The text as it stands now, with the platform's documents in force. */
export async function invoiceDisclosure(db: Db, config: Config): Promise<InvoiceDisclosure> {
  const documents = disclosed(await documentsInForce(db, []));
  const paragraphs = paragraphsOf(config);
  const pages = [...paragraphs, ...documents.map(({ kind, sha256 }) => `${kind} ${sha256}`)];
  return { version: documentHash(TITLE, pages, null), title: TITLE, paragraphs, documents };
}

/** The documents of the disclosure are those that stand in front of a sale. */
const disclosed = (documents: readonly DocumentRow[]): DocumentRow[] =>
  requirementsOf(documents).flatMap(({ statement, document }) =>
    statement === 'DISCLOSURE' ? [document] : [],
  );

export const ACCEPT_DISCLOSURE = 'ACCEPT_DISCLOSURE';

/** The act by which the text was accepted for an invoice; without a version, whichever text it was. */
export async function disclosureAct(db: Db, invoiceId: string, version?: string) {
  const acts = await db
    .select()
    .from(events)
    .where(and(eq(events.objectId, invoiceId), eq(events.event, ACCEPT_DISCLOSURE)))
    .orderBy(desc(events.seq));
  return acts.find(({ data }) => version === undefined || data.version === version) ?? null;
}

/**
 * What a request rests on, to be kept with its event: the acceptance for this invoice of the text as it stands, or that of the
 * same documents at the sale. Null where the bidder has accepted neither.
 *
 * @param as `WISHED` for what was wished for with the application: it rests on the documents that were accepted with it, whatever
 * version is in force by now
 */
export async function requestBasis(
  db: Db,
  config: Config,
  invoice: InvoiceView,
  as: 'ASKED' | 'WISHED',
): Promise<Record<string, unknown> | null> {
  const { version, documents } = await invoiceDisclosure(db, config);
  const act = await disclosureAct(db, invoice.id, version);
  if (act) return { disclosureVersion: version, acceptedBy: act.id };

  const [consents = []] = await consentsOfOrders(db, system, [invoice.orderId]);
  const atSale = consents.filter(({ consent }) => consent.statement === 'DISCLOSURE');
  const accepted = documents.map(({ kind, sha256 }) =>
    atSale.findLast(({ consent, document }) =>
      as === 'WISHED' ? document.kind === kind : consent.documentSha256 === sha256,
    ),
  );
  if (documents.length === 0 || accepted.some((one) => one === undefined)) return null;
  return {
    disclosureAtSale: accepted.flatMap((one) =>
      one ? [{ consentId: one.consent.id, sha256: one.consent.documentSha256 }] : [],
    ),
  };
}
