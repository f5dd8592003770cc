import type { ResultOf } from '../../gql/graphql.ts';
import type { DocumentFields } from './application.gql.ts';

export type DocumentKind = ResultOf<typeof DocumentFields>['kind'];

/** The four documents that the disclosure names, in its order. */
export const disclosureKinds = [
  'SERVICE_AGREEMENT',
  'PRIVACY_POLICY',
  'CUSTOMER_NOTICE',
  'BROKERAGE_AGREEMENT',
] as const satisfies DocumentKind[];

/** The button that accepts the disclosure; kept with the consent. */
export const disclosureLabel = '已阅读并同意';

/** A piece of a statement: plain words, or the title of documents that open from there. */
export type StatementPart = string | { title: string; kind: DocumentKind };

export interface Statement {
  statement: 'PAGE_BY_PAGE' | 'FULLY_UNDERSTOOD';
  parts: readonly StatementPart[];
}

/** The wording of the manual, section 1.8, to the letter: it is what the customer agrees to. */
export const statements: readonly Statement[] = [
  {
    statement: 'PAGE_BY_PAGE',
    parts: [
      '本人已逐页阅读并同意',
      { title: '投保须知', kind: 'POLICY_NOTICE' },
      { title: '免责责任', kind: 'EXCLUSIONS' },
      { title: '投保人声明', kind: 'APPLICANT_DECLARATION' },
      { title: '特别约定', kind: 'SPECIAL_TERMS' },
    ],
  },
  {
    statement: 'FULLY_UNDERSTOOD',
    parts: [
      '本人已充分阅读、理解并同意',
      { title: '保险经纪委托协议', kind: 'BROKERAGE_AGREEMENT' },
      { title: '客户告知书', kind: 'CUSTOMER_NOTICE' },
      { title: '平台服务协议', kind: 'SERVICE_AGREEMENT' },
      { title: '隐私权政策', kind: 'PRIVACY_POLICY' },
      '以及上述所有已选保险公司的',
      { title: '保险条款', kind: 'POLICY_TERMS' },
    ],
  },
];

/** The documents of both statements, in the order in which they name them. */
export const statementKinds: readonly DocumentKind[] = statements.flatMap(({ parts }) =>
  parts.flatMap((part) => (typeof part === 'string' ? [] : part.kind)),
);

/** The statement as one sentence, as it is kept with the consent. */
export function labelTextOf({ parts }: Statement): string {
  return parts.map((part) => (typeof part === 'string' ? part : `《${part.title}》`)).join('');
}
