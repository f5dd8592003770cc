import { expect, test, vi } from 'vitest';
import { SignInDocument } from '../src/features/account/account.gql.ts';
import { ViewerDocument } from '../src/features/account/viewer.gql.ts';
import { createClient, dependsOn } from '../src/shared/client.ts';
import { answerOf, fakeApi } from './support/api.ts';

const session = { signIn: { __typename: 'Session', viewer: { __typename: 'Viewer', readiness: 'READY' } } };

test('a query is sent by POST and without a key', async () => {
  const api = fakeApi({ Viewer: { viewer: null } });
  await api.client.query(ViewerDocument, {}).toPromise();

  expect(api.sent[0]?.method).toBe('POST');
  expect(api.sent[0]?.headers.get('idempotency-key')).toBeNull();
});

test('who is signed in is asked once, and again after somebody has signed in', async () => {
  const api = fakeApi({ Viewer: { viewer: null }, SignIn: session });
  const ask = () => api.client.query(ViewerDocument, {}).toPromise();

  await ask();
  await ask();
  expect(api.of('Viewer')).toHaveLength(1);

  await api.client.mutation(SignInDocument, { input: { mobile: '13800138000' } }).toPromise();
  await ask();
  expect(api.of('Viewer')).toHaveLength(2);
});

test('a session that has ended is told', async () => {
  const onUnauthenticated = vi.fn();
  const errors = [{ message: '请先登录', extensions: { code: 'UNAUTHENTICATED' } }];
  const client = createClient({
    url: 'http://api.test/graphql',
    fetch: async () => answerOf({ data: null, errors }),
    onUnauthenticated,
  });
  await client.query(ViewerDocument, {}).toPromise();

  expect(onUnauthenticated).toHaveBeenCalledOnce();
});

test('the same types give the same context, so that a query is not run again', () => {
  expect(dependsOn('Order', 'Quote')).toBe(dependsOn('Order', 'Quote'));
});
