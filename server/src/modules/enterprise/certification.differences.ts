import type { Core } from '../../command/core.ts';
import { idTypeLabel } from '../../db/vocabulary.ts';
import type { CertificationField } from './certification.fields.ts';
import type { CertificationRow } from './enterprise.queries.ts';
import { openIdNumber } from './enterprise.service.ts';

export interface CertificationDifference {
  readonly field: CertificationField;
  readonly before: string;
  readonly after: string;
}

const shown: Record<CertificationField, (row: CertificationRow) => string> = {
  name: (row) => row.name,
  creditCode: (row) => row.creditCode,
  'legalRepresentative.name': (row) => row.representativeName,
  'legalRepresentative.idType': (row) => idTypeLabel[row.idType],
  'legalRepresentative.idNumber': (row) => row.idNumberMasked,
  licenseUploadId: (row) => `/files/${row.licenseUploadId}`,
};

/**
 * Where two submissions differ, as people read it. The numbers of documents are compared whole and shown masked: two masks
 * may be equal where the numbers are not.
 */
export function differences(
  core: Pick<Core, 'cipher'>,
  before: CertificationRow,
  after: CertificationRow,
): CertificationDifference[] {
  const compared = (field: CertificationField, row: CertificationRow) =>
    field === 'legalRepresentative.idNumber' ? openIdNumber(core, row) : shown[field](row);
  return (Object.keys(shown) as CertificationField[])
    .filter((field) => compared(field, before) !== compared(field, after))
    .map((field) => ({ field, before: shown[field](before), after: shown[field](after) }));
}
