import type { ResultOf } from '../../gql/graphql.ts';
import type { OrderChoiceDocument } from './application.gql.ts';

export type GuaranteeForm = NonNullable<ResultOf<typeof OrderChoiceDocument>['order']>['form'];

/** Forms of guarantee as tabs, in the manual's order, and what its issuers are called. */
export const guaranteeForms: readonly { form: GuaranteeForm; label: string }[] = [
  { form: 'INSURANCE', label: '保险保证' },
  { form: 'SURETY', label: '担保保函' },
  { form: 'BANK', label: '银行保函' },
];

const issuerWords = {
  INSURANCE: '保险公司',
  SURETY: '担保公司',
  BANK: '银行',
} as const satisfies Record<GuaranteeForm, string>;

export function issuerWord(form: GuaranteeForm | undefined): string {
  return issuerWords[form ?? 'INSURANCE'];
}

/** The steps from the choice of issuers to the submitted order. */
export function wizardSteps(form: GuaranteeForm | undefined): string[] {
  return [`选择${issuerWord(form)}`, '填写投保信息', '提交订单'];
}
