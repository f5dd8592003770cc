import type { VueWrapper } from '@vue/test-utils';
import { createChallenge, solveChallenge } from 'altcha-lib/v1';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import SecurityPage from '../src/features/account/SecurityPage.vue';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const here = {
  __typename: 'UserSession',
  id: 'ses_here',
  createdAt: '2026-11-24T09:00:00.000+08:00',
  expiresAt: '2026-11-24T09:30:00.000+08:00',
  address: '198.51.100.9',
  agent: 'Windows · Edge',
  isCurrent: true,
};
const phone = { ...here, id: 'ses_phone', address: '203.0.113.7', agent: 'iPhone · 微信', isCurrent: false };
const viewerWith = (sessions: object[], mobile = '138****8000') => ({
  viewer: { __typename: 'Viewer', user: { __typename: 'User', id: 'usr_1', mobile, sessions } },
});
const renewed = { __typename: 'Session', expiresAt: '2026-11-24T09:35:00.000+08:00' };
const refused = (__typename: string, code: string) => ({
  __typename,
  code,
  message: '服务端的说明',
  retryable: false,
});

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

async function securityPage(changes: Record<string, object> = {}) {
  const api = fakeApi({ AccountSecurity: viewerWith([here, phone]), ...changes });
  const { wrapper } = await mountPage(SecurityPage, { client: api.client, at: '/account/security' });
  await vi.waitFor(() => expect(wrapper.text()).toContain('iPhone · 微信'));
  return { api, wrapper };
}

const button = (wrapper: VueWrapper, label: string) =>
  wrapper.findAll('button').find((candidate) => candidate.text() === label)!;
const field = (wrapper: VueWrapper, autocomplete: string) =>
  wrapper.get(`input[autocomplete="${autocomplete}"]`);

async function openPasswordForm(wrapper: VueWrapper, repeated = '一句好记的话 123') {
  await button(wrapper, '修改密码').trigger('click');
  await field(wrapper, 'current-password').setValue('原来的密码 1');
  const [first, second] = wrapper.findAll('input[autocomplete="new-password"]');
  await first!.setValue('一句好记的话 123');
  await second!.setValue(repeated);
}

async function openMobileForm(wrapper: VueWrapper) {
  await button(wrapper, '更换手机号').trigger('click');
  await field(wrapper, 'tel').setValue('139 1111 2222');
  await field(wrapper, 'one-time-code').setValue('123456');
  await field(wrapper, 'current-password').setValue('原来的密码 1');
}

test('the devices are shown, and only another one can be signed out', async () => {
  const { wrapper } = await securityPage();
  const rows = wrapper.findAll('tbody tr').map((row) => row.text());
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain('当前设备');
  expect(rows[0]).not.toContain('退出该设备');
  expect(rows[1]).toContain('203.0.113.7');
  expect(rows[1]).toContain('2026-11-24 09:00');
  expect(rows[1]).toContain('退出该设备');
});

test('a device is signed out after a question, and the list is asked for anew', async () => {
  const { api, wrapper } = await securityPage({
    RevokeSession: { revokeSession: { __typename: 'User', id: 'usr_1' } },
  });
  await button(wrapper, '退出该设备').trigger('click');
  expect(api.of('RevokeSession')).toHaveLength(0);
  await vi.waitFor(() => expect(document.body.textContent).toContain('退出 iPhone · 微信？'));

  api.answer('AccountSecurity', viewerWith([here]));
  document.querySelector<HTMLElement>('.el-dialog__footer .el-button--primary')!.click();
  await vi.waitFor(() => expect(wrapper.findAll('tbody tr')).toHaveLength(1));
  expect(api.of('RevokeSession')[0]?.variables).toEqual({ input: { id: 'ses_phone' } });
  expect(wrapper.get('[role=status]').text()).toBe('该设备已退出登录。');
});

test('the password is changed, and the form goes away with what was typed', async () => {
  const { api, wrapper } = await securityPage({ ChangePassword: { changePassword: renewed } });
  await openPasswordForm(wrapper);
  await wrapper.get('form').trigger('submit');

  await vi.waitFor(() => expect(wrapper.text()).toContain('密码已修改，其他设备上的登录已退出。'));
  expect(api.of('ChangePassword')[0]?.variables).toEqual({
    input: { currentPassword: '原来的密码 1', newPassword: '一句好记的话 123' },
  });
  expect(wrapper.find('form').exists()).toBe(false);
});

test('the focus goes into the form that was opened, and back to the button when it is put away', async () => {
  const { wrapper } = await securityPage();
  await button(wrapper, '更换手机号').trigger('click');
  await vi.waitFor(() => expect(document.activeElement).toBe(field(wrapper, 'tel').element));
  await button(wrapper, '取消').trigger('click');
  await vi.waitFor(() => expect(document.activeElement).toBe(button(wrapper, '更换手机号').element));
});

test('a repetition that differs is told before anything is sent', async () => {
  const { api, wrapper } = await securityPage({ ChangePassword: { changePassword: renewed } });
  await openPasswordForm(wrapper, '另一句话 456789');
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(wrapper.text()).toContain('两次输入的新密码不一致。'));
  expect(api.of('ChangePassword')).toHaveLength(0);
});

test('a wrong current password is told at its field, and nothing typed is lost', async () => {
  const { wrapper } = await securityPage({
    ChangePassword: { changePassword: refused('CredentialsWrong', 'CREDENTIALS_WRONG') },
  });
  await openPasswordForm(wrapper);
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() =>
    expect(wrapper.findAll('[role=alert]').map((alert) => alert.text())).toEqual(['当前密码不正确。']),
  );
  expect(field(wrapper, 'current-password').attributes('aria-invalid')).toBe('true');
  expect((field(wrapper, 'new-password').element as HTMLInputElement).value).toBe('一句好记的话 123');
});

test('what the server says of the new password stands at that field alone', async () => {
  const issues = [{ path: 'newPassword', message: '该密码过于常见，容易被猜中，请换一个' }];
  const { wrapper } = await securityPage({
    ChangePassword: { changePassword: { ...refused('InvalidInput', 'INVALID_INPUT'), issues } },
  });
  await openPasswordForm(wrapper);
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() =>
    expect(wrapper.findAll('[role=alert]').map((alert) => alert.text())).toEqual([issues[0]?.message]),
  );
});

test('a locked account is told above the button', async () => {
  const { wrapper } = await securityPage({
    ChangePassword: { changePassword: refused('AccountLocked', 'ACCOUNT_LOCKED') },
  });
  await openPasswordForm(wrapper);
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(wrapper.get('[role=alert]').text()).toContain('账号已暂时锁定'));
});

test('the code for another number is sent to that number', async () => {
  const { api, wrapper } = await securityPage({
    RequestSmsCode: {
      requestSmsCode: {
        __typename: 'SmsCodeRequest',
        mobile: '139****2222',
        resendAfterSeconds: 60,
        expiresAt: '2026-11-24T09:05:00.000+08:00',
      },
    },
  });
  await openMobileForm(wrapper);
  await button(wrapper, '点此验证').trigger('click');
  await vi.waitFor(() => expect(wrapper.text()).toContain('验证通过'));
  await button(wrapper, '获取验证码').trigger('click');
  await vi.waitFor(() => expect(wrapper.text()).toContain('60 秒后重新获取'));
  expect(api.of('RequestSmsCode')[0]?.variables).toEqual({
    input: { mobile: '13911112222', purpose: 'CHANGE_MOBILE', captcha: expect.any(String) },
  });
});

test('the number is changed and shown', async () => {
  const { api, wrapper } = await securityPage({ ChangeMobile: { changeMobile: renewed } });
  await openMobileForm(wrapper);
  api.answer('AccountSecurity', viewerWith([here], '139****2222'));
  await wrapper.get('form').trigger('submit');

  await vi.waitFor(() => expect(wrapper.text()).toContain('当前手机号 139****2222'));
  expect(wrapper.text()).toContain('手机号已更换');
  expect(api.of('ChangeMobile')[0]?.variables).toEqual({
    input: { newMobile: '13911112222', smsCode: '123456', currentPassword: '原来的密码 1' },
  });
});

test.each([
  ['MobileTaken', 'MOBILE_TAKEN', 'tel', '该手机号已用于其他账号，请换一个。'],
  ['SmsCodeWrong', 'SMS_CODE_WRONG', 'one-time-code', '短信验证码不正确，请核对后重新输入。'],
  ['CredentialsWrong', 'CREDENTIALS_WRONG', 'current-password', '当前密码不正确。'],
])('%s is told at the field it is about', async (typename, code, autocomplete, text) => {
  const { wrapper } = await securityPage({ ChangeMobile: { changeMobile: refused(typename, code) } });
  await openMobileForm(wrapper);
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() =>
    expect(wrapper.findAll('[role=alert]').map((alert) => alert.text())).toEqual([text]),
  );
  expect(field(wrapper, autocomplete).attributes('aria-invalid')).toBe('true');
});
