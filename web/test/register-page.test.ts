import type { VueWrapper } from '@vue/test-utils';
import { createChallenge, solveChallenge } from 'altcha-lib/v1';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import RegisterPage from '../src/features/account/RegisterPage.vue';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const agreement = {
  __typename: 'ProductDocument',
  id: 'doc_1',
  kind: 'USER_AGREEMENT',
  title: '用户服务协议',
  version: 3,
  pages: ['第一页', '第二页'],
  publishedAt: '2026-01-01T00:00:00.000+08:00',
};
const answers = {
  PlatformDocuments: {
    platform: { __typename: 'Platform', userAgreementVersion: '3', documents: [agreement] },
  },
  RequestSmsCode: {
    requestSmsCode: {
      __typename: 'SmsCodeRequest',
      mobile: '13800138000',
      resendAfterSeconds: 60,
      expiresAt: '2026-11-24T09:05:00.000+08:00',
    },
  },
  Register: {
    register: { __typename: 'Session', viewer: { __typename: 'Viewer', readiness: 'CERTIFICATION_NEEDED' } },
  },
};

/** Does in the test's own thread what the worker does in its own. */
class WorkerInThread extends EventTarget {
  async postMessage({
    type,
    payload,
  }: {
    type: string;
    payload: Parameters<typeof solve>[0];
  }): Promise<void> {
    if (type !== 'work') return;
    this.dispatchEvent(new MessageEvent('message', { data: await solve(payload) }));
  }
  terminate(): void {}
}
const solve = ({
  challenge,
  salt,
  algorithm,
  max,
  start,
}: Record<'challenge' | 'salt' | 'algorithm', string> & Record<'max' | 'start', number>) =>
  solveChallenge(challenge, salt, algorithm, max, start).promise;

beforeEach(() => {
  vi.stubGlobal('Worker', WorkerInThread);
  vi.stubGlobal('fetch', async () =>
    Response.json(await createChallenge({ hmacKey: 'test', maxNumber: 50 })),
  );
});
afterEach(() => vi.unstubAllGlobals());

const button = (wrapper: VueWrapper, label: string) =>
  wrapper.findAll('button').find((candidate) => candidate.text().includes(label))!;
const field = (wrapper: VueWrapper, autocomplete: string) =>
  wrapper.get(`input[autocomplete="${autocomplete}"]`);

async function registerPage(changes: object = {}) {
  const api = fakeApi({ ...answers, ...changes });
  const { wrapper, router } = await mountPage(RegisterPage, {
    client: api.client,
    at: '/register?next=/orders',
  });
  await vi.waitFor(() => expect(api.of('PlatformDocuments')).toHaveLength(1));
  return { api, wrapper, router };
}

async function requestCode(wrapper: VueWrapper) {
  await field(wrapper, 'username').setValue('+86 138 0013 8000');
  await button(wrapper, '点此验证').trigger('click');
  await vi.waitFor(() => expect(wrapper.text()).toContain('验证通过'));
  await button(wrapper, '获取验证码').trigger('click');
}

async function fillRest(wrapper: VueWrapper) {
  await field(wrapper, 'one-time-code').setValue('123456');
  await field(wrapper, 'new-password').setValue('一句好记的话 123');
  await wrapper.get('input[type=checkbox]').setValue(true);
}

test('the code is sent after the human check, to the one form of the number, and the button counts down', async () => {
  const { api, wrapper } = await registerPage();
  await requestCode(wrapper);
  await vi.waitFor(() => expect(wrapper.text()).toContain('60 秒后重新获取'));

  expect(api.of('RequestSmsCode')[0]?.variables).toEqual({
    input: { mobile: '13800138000', purpose: 'REGISTER', captcha: expect.any(String) },
  });
  expect(wrapper.text()).toContain('验证码已发送至 138****8000');
});

test('without the human check no code is sent', async () => {
  const { api, wrapper } = await registerPage();
  await field(wrapper, 'username').setValue('13800138000');
  await button(wrapper, '获取验证码').trigger('click');

  await vi.waitFor(() => expect(wrapper.text()).toContain('请先完成人机验证'));
  expect(api.of('RequestSmsCode')).toHaveLength(0);
});

test('a wrong number is told before anything is sent', async () => {
  const { api, wrapper } = await registerPage();
  await field(wrapper, 'username').setValue('12345');
  await button(wrapper, '获取验证码').trigger('click');

  await vi.waitFor(() => expect(wrapper.text()).toContain('请输入正确的 11 位手机号'));
  expect(api.of('RequestSmsCode')).toHaveLength(0);
});

test('a newcomer is registered under the agreement in force and led to the certification', async () => {
  const { api, wrapper, router } = await registerPage();
  await requestCode(wrapper);
  await fillRest(wrapper);
  await wrapper.get('form').trigger('submit');

  await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/certification'));
  expect(router.currentRoute.value.query).toEqual({ next: '/orders' });
  expect(api.of('Register')[0]?.variables).toEqual({
    input: { mobile: '13800138000', smsCode: '123456', password: '一句好记的话 123', agreementVersion: '3' },
  });
});

test('nobody is registered without having agreed', async () => {
  const { api, wrapper } = await registerPage();
  await requestCode(wrapper);
  await fillRest(wrapper);
  await wrapper.get('input[type=checkbox]').setValue(false);
  await wrapper.get('form').trigger('submit');

  await vi.waitFor(() => expect(wrapper.text()).toContain('请阅读并同意《用户服务协议》。'));
  expect(api.of('Register')).toHaveLength(0);
});

test('a short password is told', async () => {
  const { api, wrapper } = await registerPage();
  await requestCode(wrapper);
  await fillRest(wrapper);
  await field(wrapper, 'new-password').setValue('1234567');
  await wrapper.get('form').trigger('submit');

  await vi.waitFor(() => expect(wrapper.text()).toContain('密码至少 8 个字符'));
  expect(api.of('Register')).toHaveLength(0);
});

test('a wrong code is told, and nothing typed is lost', async () => {
  const refused = { __typename: 'SmsCodeWrong', code: 'SMS_CODE_WRONG', message: '…', retryable: true };
  const { wrapper, router } = await registerPage({ Register: { register: refused } });
  await requestCode(wrapper);
  await fillRest(wrapper);
  await wrapper.get('form').trigger('submit');

  await vi.waitFor(() => expect(wrapper.text()).toContain('短信验证码不正确'));
  expect(router.currentRoute.value.path).toBe('/register');
  expect((field(wrapper, 'new-password').element as HTMLInputElement).value).toBe('一句好记的话 123');
});

test('the agreement is read page by page in a dialog', async () => {
  const { wrapper } = await registerPage();
  await button(wrapper, '《用户服务协议》').trigger('click');
  await vi.waitFor(() => expect(document.body.textContent).toContain('第 1 页，共 2 页'));
  expect(document.body.textContent).toContain('第一页');
});

test('the ways out are the sign-in, which keeps where one wanted to go, and a new password', async () => {
  const { wrapper } = await registerPage();
  const links = wrapper.findAll('a').map((link) => [link.text(), link.attributes('href')]);

  expect(links).toContainEqual(['已经有账号，去登录', '/sign-in?next=/orders']);
  expect(links).toContainEqual(['忘记密码', '/forgot-password']);
});
