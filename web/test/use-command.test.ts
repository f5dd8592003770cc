import urql from '@urql/vue';
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { SignInDocument } from '../src/features/account/account.gql.ts';
import { requestIdOf, textOfFault } from '../src/shared/fault-text.ts';
import { useCommand } from '../src/shared/use-command.ts';
import { answerOf, fakeApi } from './support/api.ts';

const input = { mobile: '13800138000', password: 'correct horse' };
const session = { signIn: { __typename: 'Session', viewer: { __typename: 'Viewer', readiness: 'READY' } } };
const wrong = {
  signIn: { __typename: 'CredentialsWrong', code: 'CREDENTIALS_WRONG', message: '不对', retryable: false },
};

function commandOf(api: ReturnType<typeof fakeApi>) {
  let command!: ReturnType<typeof setup>;
  const setup = () => useCommand(SignInDocument, (data) => data.signIn);
  const component = {
    setup: () => {
      command = setup();
      return () => null;
    },
  };
  mount(component, { global: { plugins: [[urql, api.client]] } });
  return command;
}

const keyOf = (request: { headers: Headers } | undefined) => request?.headers.get('idempotency-key');

test('a command resolves to the changed object', async () => {
  const api = fakeApi({ SignIn: session });
  const { run, refusal, fault } = commandOf(api);

  expect(await run({ input })).toMatchObject({ __typename: 'Session' });
  expect(refusal.value).toBeNull();
  expect(fault.value).toBeNull();
  expect(api.sent[0]).toMatchObject({ method: 'POST', variables: { input } });
});

test('a refusal is kept until the next run', async () => {
  const api = fakeApi({ SignIn: wrong });
  const { run, refusal } = commandOf(api);

  expect(await run({ input })).toBeNull();
  expect(refusal.value?.code).toBe('CREDENTIALS_WRONG');

  api.answer('SignIn', session);
  await run({ input });
  expect(refusal.value).toBeNull();
});

test('a fault of the server carries the id of the request', async () => {
  const errors = [
    { message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'req_7' } },
  ];
  const { run, fault, refusal } = commandOf(fakeApi({ SignIn: () => answerOf({ data: null, errors }) }));

  expect(await run({ input })).toBeNull();
  expect(refusal.value).toBeNull();
  expect(requestIdOf(fault.value!)).toBe('req_7');
  expect(textOfFault(fault.value!)).toContain('系统暂时无法处理');
});

test('a second run while the first one is under way is ignored', async () => {
  const api = fakeApi({ SignIn: session });
  const { run, running } = commandOf(api);

  const first = run({ input });
  expect(running.value).toBe(true);
  expect(await run({ input })).toBeNull();
  expect(await first).not.toBeNull();
  expect(running.value).toBe(false);
  expect(api.sent).toHaveLength(1);
});

test('the same request after a lost connection goes out under the same key', async () => {
  const api = fakeApi({});
  const { run, fault } = commandOf(api);

  await run({ input });
  expect(textOfFault(fault.value!)).toContain('网络连接不稳定');
  api.answer('SignIn', session);
  await run({ input });

  expect(api.sent).toHaveLength(2);
  expect(keyOf(api.sent[0])).toBeTruthy();
  expect(keyOf(api.sent[1])).toBe(keyOf(api.sent[0]));
});

test('another request after a lost connection gets a key of its own', async () => {
  const api = fakeApi({});
  const { run } = commandOf(api);

  await run({ input });
  await run({ input: { ...input, password: 'battery staple' } });

  expect(keyOf(api.sent[1])).not.toBe(keyOf(api.sent[0]));
});

test('an answered request, also a refused one, ends its key', async () => {
  const api = fakeApi({ SignIn: wrong });
  const { run } = commandOf(api);

  await run({ input });
  await run({ input });

  expect(keyOf(api.sent[1])).not.toBe(keyOf(api.sent[0]));
});
