import { type Person, someCreditCode } from '../../../test/support/given.ts';
import type { Harness } from '../../../test/support/harness.ts';

export const idNumber = '11010519491231002X';

const refusal =
  '... on Error { code message retryable } ... on InvalidInput { issues { path message } } ... on RateLimited { retryAfterSeconds } ... on TransitionRefused { stood: currentState event: refusedEvent }';
const certification = `... on Certification {
  id number state stateLabel name creditCode legalRepresentative { name idType idNumberMasked } license { id contentType url }
  submittedAt expeditedAt dueAt overdue queuePosition decidedAt rejectionReason rejectedFields nextActor availableEvents events { event actor note }
}`;
const mutations = {
  submitCertification: ['SubmitCertificationInput', certification],
  expediteCertification: ['IdInput', certification],
  withdrawCertification: ['IdInput', certification],
  approveCertification: ['IdInput', certification],
  rejectCertification: ['RejectCertificationInput', certification],
  revealIdNumber: ['RevealIdNumberInput', '... on RevealedIdNumber { idNumber }'],
  completeProfile: [
    'CompleteProfileInput',
    '... on Enterprise { id name creditCode ownership regionCode regionName address profileComplete certifiedAt }',
  ],
} as const;

export function act(h: Harness, who: Person | null) {
  return async (name: keyof typeof mutations, input: Record<string, unknown>, key?: string) => {
    const [type, fields] = mutations[name];
    const answer = await h.as(who)(
      `mutation($input: ${type}!) { result: ${name}(input: $input) { __typename ${refusal} ${fields} } }`,
      { input },
      key ? { 'idempotency-key': key } : {},
    );
    return { ...answer, result: answer.data?.result };
  };
}

export async function papers(h: Harness, who: Person, change: Record<string, unknown> = {}) {
  return {
    name: ' 本溪演示筑岳建设有限公司 ',
    creditCode: someCreditCode(),
    legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID', idNumber: ' 11010519491231002x ' },
    licenseUploadId: await h.given.upload(who, 'LICENSE'),
    ...change,
  };
}

/** A submission that waits for review. */
export async function submitted(h: Harness, who: Person, change: Record<string, unknown> = {}) {
  const { result } = await act(h, who)('submitCertification', await papers(h, who, change));
  if (result?.__typename !== 'Certification') throw new Error(`Not submitted: ${JSON.stringify(result)}`);
  return result;
}

export const viewerOf = async (h: Harness, who: Person) =>
  (
    await h.as(who)(
      '{ viewer { readiness enterprise { id name profileComplete } certification { id state } } }',
    )
  ).data.viewer;
