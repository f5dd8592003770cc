import { useQuery } from '@urql/vue';
import { computed } from 'vue';
import { dependsOn } from '../../shared/client.ts';
import { useLiveState } from '../../shared/use-live-state.ts';
import { CertificationChangedDocument, CertificationStandingDocument } from './enterprise.gql.ts';

/**
 * How the caller stands: the enterprise, the certification in force, and what was submitted last. While that waits for a reviewer it is
 * listened to, so that the page changes by itself.
 */
export function useCertification() {
  const { data, fetching, error, executeQuery } = useQuery({
    query: CertificationStandingDocument,
    context: dependsOn('Certification', 'Member'),
  });
  const viewer = computed(() => data.value?.viewer ?? null);
  const enterprise = computed(() => viewer.value?.enterprise ?? null);
  const members = computed(() => enterprise.value?.members ?? []);
  const latest = computed(() => viewer.value?.certification ?? null);
  const refetch = () => void executeQuery({ requestPolicy: 'network-only' });

  useLiveState({
    query: CertificationChangedDocument,
    id: () => latest.value?.id ?? '',
    stateLabel: ({ certificationChanged }) => certificationChanged.stateLabel,
    makesDoubtful: ['Certification', 'Enterprise', 'Message'],
    exists: () => latest.value?.state === 'PENDING_REVIEW',
    refetch,
  });

  return {
    viewer,
    enterprise,
    latest,
    inForce: computed(() => viewer.value?.certificationInForce ?? null),
    /** A change of the enterprise that is not in force (yet): under review, rejected or withdrawn. */
    change: computed(() =>
      enterprise.value && latest.value?.isChange && latest.value.state !== 'APPROVED' ? latest.value : null,
    ),
    isOwner: computed(() => members.value.some((one) => one.isSelf && one.isOwner)),
    owner: computed(() => members.value.find((one) => one.isOwner) ?? null),
    /** Nothing to show yet. */
    loading: computed(() => fetching.value && !data.value),
    error: computed(() => (data.value ? undefined : error.value)),
    refetch,
  };
}
