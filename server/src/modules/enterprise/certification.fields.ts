/** What a certification consists of, by the path under which it is submitted and rejected. */
export const certificationFields = {
  name: '企业名称',
  creditCode: '统一社会信用代码',
  'legalRepresentative.name': '法人姓名',
  'legalRepresentative.idType': '证件类型',
  'legalRepresentative.idNumber': '证件号码',
  licenseUploadId: '企业营业执照',
} as const;
export type CertificationField = keyof typeof certificationFields;
