import type { ConsentStatement, DocumentKind } from '../../db/vocabulary.ts';
import type { DocumentRow } from '../insurer/insurer.queries.ts';

/** One document that has to be accepted with one statement. */
export interface Requirement {
  readonly document: DocumentRow;
  readonly statement: ConsentStatement;
}

/** The words beside each box, as the manual prints them: what a consent says unless the page had other words. */
export const statementLabel: Readonly<Record<ConsentStatement, string>> = {
  DISCLOSURE: '已阅读并同意',
  PAGE_BY_PAGE: '本人已逐页阅读并同意《投保须知》《免责责任》《投保人声明》《特别约定》',
  FULLY_UNDERSTOOD:
    '本人已充分阅读、理解并同意《保险经纪委托协议》《客户告知书》《平台服务协议》《隐私权政策》以及上述所有已选保险公司的《保险条款》',
};

const platformKinds: readonly DocumentKind[] = [
  'SERVICE_AGREEMENT',
  'PRIVACY_POLICY',
  'CUSTOMER_NOTICE',
  'BROKERAGE_AGREEMENT',
];
const pageByPageKinds: readonly DocumentKind[] = [
  'POLICY_NOTICE',
  'EXCLUSIONS',
  'APPLICANT_DECLARATION',
  'SPECIAL_TERMS',
];

/**
 * What has to be accepted before an order is submitted: the platform's four documents at the disclosure and again with the
 * second box, and of each chosen product the pages of the first box and the terms of the second.
 *
 * @param inForce the platform's documents and those of the chosen products, newest versions
 */
export function requirementsOf(inForce: readonly DocumentRow[]): Requirement[] {
  const platform = inForce.filter(
    (document) => document.productId === null && platformKinds.includes(document.kind),
  );
  const ofProducts = inForce.filter((document) => document.productId !== null);
  const all = (statement: ConsentStatement, documents: readonly DocumentRow[]): Requirement[] =>
    documents.map((document) => ({ document, statement }));
  return [
    ...all('DISCLOSURE', platform),
    ...all(
      'PAGE_BY_PAGE',
      ofProducts.filter(({ kind }) => pageByPageKinds.includes(kind)),
    ),
    ...all('FULLY_UNDERSTOOD', [...platform, ...ofProducts.filter(({ kind }) => kind === 'POLICY_TERMS')]),
  ];
}
