import type { ResultOf, VariablesOf } from '../../gql/graphql.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type {
  CertificationFields,
  CompleteProfileDocument,
  SubmitCertificationDocument,
} from './enterprise.gql.ts';

export type IdType = VariablesOf<
  typeof SubmitCertificationDocument
>['input']['legalRepresentative']['idType'];
export type Ownership = VariablesOf<typeof CompleteProfileDocument>['input']['ownership'];

export const idTypeLabels = {
  RESIDENT_ID: '居民身份证',
  PASSPORT: '护照',
  HK_MACAO_PERMIT: '港澳居民来往内地通行证',
  TAIWAN_PERMIT: '台湾居民来往大陆通行证',
  FOREIGN_PERMANENT_RESIDENT: '外国人永久居留身份证',
} as const satisfies Record<IdType, string>;

export const ownershipLabels = {
  STATE_OWNED: '国有企业',
  PRIVATE: '民营企业',
  FOREIGN: '外商投资企业',
  JOINT_VENTURE: '合资企业',
  COLLECTIVE: '集体企业',
  INDIVIDUAL: '个体工商户',
  OTHER: '其他',
} as const satisfies Record<Ownership, string>;

export const certificationTones = {
  PENDING_REVIEW: 'progress',
  APPROVED: 'success',
  REJECTED: 'danger',
  WITHDRAWN: 'neutral',
} as const satisfies Record<ResultOf<typeof CertificationFields>['state'], StateTone>;

/** Names of the fields that a reviewer can reject, by path of the submission. */
const certificationFieldLabels: Record<string, string> = {
  name: '企业名称',
  creditCode: '统一社会信用代码',
  'legalRepresentative.name': '法人姓名',
  'legalRepresentative.idType': '证件类型',
  'legalRepresentative.idNumber': '证件号码',
  licenseUploadId: '企业营业执照',
};

/** What a person calls a rejected field; the path itself where we have no word. */
export function certificationFieldLabel(path: string): string {
  return certificationFieldLabels[path] ?? path;
}
