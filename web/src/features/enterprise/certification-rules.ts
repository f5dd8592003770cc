import type { ResultOf } from '../../gql/graphql.ts';
import type { CertificationFields } from './enterprise.gql.ts';
import { certificationFieldLabel, type IdType, idTypeLabels } from './labels.ts';

export type Certification = ResultOf<typeof CertificationFields>;
export type Difference = Certification['changes'][number];

/** What the form of a certification holds. */
export interface CertificationValues {
  name: string;
  representativeName: string;
  idType: IdType;
  /** Empty where the number handed in before is kept. */
  idNumber: string;
  license: { id: string } | null;
}

/**
 * The number that was handed in before for the same person's same document, masked; null where it has to be typed.
 *
 * @param before the last submission first
 */
export function knownNumber(
  before: readonly (Certification | null)[],
  { representativeName, idType }: CertificationValues,
): string | null {
  const known = before.find(
    (one) =>
      one?.legalRepresentative.idType === idType &&
      one.legalRepresentative.name === representativeName.trim(),
  );
  return known?.legalRepresentative.idNumberMasked ?? null;
}

/** Where the form differs from the certification in force. A typed number is a difference: only the server can compare it. */
export function differencesFrom(
  inForce: Certification | null,
  name: string,
  form: CertificationValues,
): Difference[] {
  const old = inForce?.legalRepresentative;
  const idType = old ? idTypeLabels[old.idType] : '—';
  const oldNumber = old?.idNumberMasked ?? '—';
  const typed = form.idNumber.trim();
  const pairs: [field: string, before: string, after: string][] = [
    ['name', name, form.name.trim()],
    ['legalRepresentative.name', old?.name ?? '—', form.representativeName.trim()],
    ['legalRepresentative.idType', idType, idTypeLabels[form.idType]],
    ['legalRepresentative.idNumber', oldNumber, typed ? maskNumber(typed) : oldNumber],
    ['licenseUploadId', fileAddress(inForce?.license), fileAddress(form.license)],
  ];
  return pairs
    .filter(([field, before, after]) =>
      field === 'legalRepresentative.idNumber' ? typed !== '' : before !== after,
    )
    .map(([field, before, after]) => ({ field, label: certificationFieldLabel(field), before, after }));
}

/** Whether one of these differences is printed on the licence, which is then issued anew. */
export const needsNewLicense = (differences: readonly Difference[]): boolean =>
  differences.some(({ field }) => field === 'name' || field === 'legalRepresentative.name');

/** Whether there is anything to review: a clearer picture of the same licence changes nothing. */
export const changesSomething = (differences: readonly Difference[]): boolean =>
  differences.some(({ field }) => field !== 'licenseUploadId');

const fileAddress = (file: { id: string } | null | undefined) => (file ? `/files/${file.id}` : '—');

/** As the server masks: the first three and the last four characters stay. */
const maskNumber = (number: string) =>
  number.replace(/^(.{3}).+(.{4})$/, (_, head, tail) => `${head}****${tail}`);
