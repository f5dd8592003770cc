import { expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { follow } from '../../../test/support/turns.ts';
import { act, submitted } from './enterprise.fixture.ts';

const QUERY =
  'subscription ($id: ID!) { certificationChanged(certificationId: $id) { state queuePosition rejectionReason } }';
const listen = (h: Harness, who: Person, id: string) => follow(h, who, QUERY, { id });

test('who waits hears the queue move and the decision', async () => {
  const h = await createHarness();
  const [first, second, operator] = [
    await h.given.newcomer(),
    await h.given.newcomer(),
    await h.given.operator(),
  ];
  const ahead = await submitted(h, first);
  h.pass(1000);
  const own = await submitted(h, second);
  const turns = await listen(h, second, own.id);
  const waiting = { state: 'PENDING_REVIEW', rejectionReason: null };
  expect(await turns.next()).toEqual({ ...waiting, queuePosition: 2 });
  await act(h, second)('expediteCertification', { id: own.id });
  expect(await turns.next()).toEqual({ ...waiting, queuePosition: 1 });
  await act(h, first)('expediteCertification', { id: ahead.id });
  expect(await turns.next()).toEqual({ ...waiting, queuePosition: 2 });
  await act(h, operator)('rejectCertification', { id: ahead.id, reason: '执照不清晰', fields: [] });
  expect(await turns.next()).toEqual({ ...waiting, queuePosition: 1 });
  await act(h, operator)('rejectCertification', { id: own.id, reason: '名称不符', fields: ['name'] });
  expect(await turns.next()).toEqual({ state: 'REJECTED', queuePosition: null, rejectionReason: '名称不符' });
  await turns.leave();
});

test('ends with the first approval, which gives the caller another standing', async () => {
  const h = await createHarness();
  const bidder = await h.given.newcomer();
  const { id } = await submitted(h, bidder);
  const turns = await listen(h, bidder, id);
  expect(await turns.next()).toMatchObject({ state: 'PENDING_REVIEW' });
  await act(h, await h.given.operator())('approveCertification', { id });
  expect(await turns.next()).toBeNull();
});

test('another’s certification ends at once, as an absent one does', async () => {
  const h = await createHarness();
  const { id } = await submitted(h, await h.given.newcomer());
  const rival = await h.given.newcomer();
  for (const asked of [id, `crt_${'a'.repeat(26)}`])
    expect(await (await listen(h, rival, asked)).next()).toBeNull();
});

test('an insurer’s own may not follow, and a stranger is asked to sign in', async () => {
  const h = await createHarness();
  const { id } = await submitted(h, await h.given.newcomer());
  const underwriter = await h.given.underwriter((await h.given.insurer()).id);
  const codes = await Promise.all(
    [underwriter, null].map(async (who) => (await h.as(who)(QUERY, { id })).errors?.[0].extensions.code),
  );
  expect(codes).toEqual(['FORBIDDEN', 'UNAUTHENTICATED']);
});
