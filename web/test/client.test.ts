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

test.each(['UNAUTHENTICATED', 'SECOND_FACTOR_REQUIRED'])(
  '%s is told once, to whom it concerns',
  async (code) => {
    const told: string[] = [];
    const errors = [{ message: '服务端的说明', extensions: { code } }];
    const client = createClient({
      url: 'http://api.test/graphql',
      fetch: async () => answerOf({ data: null, errors }),
      onUnauthenticated: () => told.push('UNAUTHENTICATED'),
      onSecondFactorRequired: () => told.push('SECOND_FACTOR_REQUIRED'),
    });
    await client.query(ViewerDocument, {}).toPromise();

    expect(told).toEqual([code]);
  },
);

test('the same types give the same context, so that a query is not run again', () => {
  expect(dependsOn('Order', 'Quote')).toBe(dependsOn('Order', 'Quote'));
});

test('an answer that was on its way when something changed is asked for again', async () => {
  const answers: ((response: Response) => void)[] = [];
  const api = fakeApi({
    Viewer: () => new Promise<Response>((resolve) => answers.push(resolve)),
    SignIn: session,
  });
  const seen: unknown[] = [];
  const { unsubscribe } = api.client.query(ViewerDocument, {}).subscribe(({ data }) => seen.push(data));
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  await api.client.mutation(SignInDocument, { input: { mobile: '13800138000' } }).toPromise();
  expect(answers).toHaveLength(1);

  const viewer = (readiness: string) => ({ viewer: { __typename: 'Viewer', readiness } });
  answers[0]?.(answerOf({ data: viewer('BEFORE') }));
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.(answerOf({ data: viewer('AFTER') }));
  await vi.waitFor(() => expect(seen.at(-1)).toEqual(viewer('AFTER')));
  expect(api.of('Viewer')).toHaveLength(2);
  unsubscribe();
});
